// The ring tone is made here, not loaded: two soft notes, then a rest.
import { chosen } from "./devices";

type Sinkable = AudioContext & { setSinkId?(id: string): Promise<void> };

const everyMs = 3000;

let context: Sinkable | null = null;
let timer: ReturnType<typeof setInterval> | undefined;
let volume: GainNode | null = null;

function ready(): Sinkable {
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
  return context;
}

function note(sound: Sinkable, out: AudioNode, hertz: number, at: number, length: number): void {
  const tone = sound.createOscillator();
  const envelope = sound.createGain();
  tone.type = "sine";
  tone.frequency.value = hertz;
  envelope.gain.setValueAtTime(0, at);
  envelope.gain.linearRampToValueAtTime(0.22, at + 0.03);
  envelope.gain.exponentialRampToValueAtTime(0.001, at + length);
  tone.connect(envelope).connect(out);
  tone.start(at);
  tone.stop(at + length + 0.05);
}

function once(sound: Sinkable, out: AudioNode): void {
  const now = sound.currentTime + 0.02;
  for (const shift of [0, 0.9]) {
    note(sound, out, 523.25, now + shift, 0.5);
    note(sound, out, 659.25, now + shift + 0.18, 0.6);
  }
}

async function play(repeat: boolean): Promise<void> {
  stopRinging();
  const sound = ready();
  try {
    await sound.setSinkId?.(chosen("ringer"));
  } catch {
    // The device is gone: ring on the standard one.
  }
  const out = sound.createGain();
  out.connect(sound.destination);
  volume = out;
  once(sound, out);
  if (repeat) timer = setInterval(() => once(sound, out), everyMs);
}

export const ring = () => void play(true);
export const testRing = () => void play(false);

export function stopRinging(): void {
  clearInterval(timer);
  volume?.disconnect();
  volume = null;
}

/** A browser lets a page sound only after a first touch; the context is woken by it, long before the first call. */
function wake(): void {
  ready();
  removeEventListener("pointerdown", wake, true);
  removeEventListener("keydown", wake, true);
}

export function armRing(): void {
  addEventListener("pointerdown", wake, true);
  addEventListener("keydown", wake, true);
}
