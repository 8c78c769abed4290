// The agent's microphone: asking for it, and saying in a word why it cannot be had.
import { remembered } from "../session/local";
import { chosen, devices, lookAround } from "./devices";

export type Trouble = "denied" | "missing" | "busy" | "insecure" | "failed";

/** Unheard is why there is no sound. */
export class Unheard extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble);
  }
}

/** rawAudio leaves the sound as it is: echo cancelling would take a test's tone away. */
export function rawAudio(search = location.search): boolean {
  return new URLSearchParams(search).get("tone") === "raw" || remembered("rawAudio") === "1";
}

export function constraints(raw: boolean, device: string): MediaTrackConstraints {
  return {
    echoCancellation: !raw,
    noiseSuppression: !raw,
    autoGainControl: !raw,
    channelCount: 1,
    ...(device ? { deviceId: { ideal: device } } : {}),
  };
}

export function troubleOf(err: unknown): Trouble {
  const name = (err as { name?: string })?.name;
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  if (name === "NotReadableError" || name === "AbortError") return "busy";
  return "failed";
}

/** microphone asks for the chosen device and fails with Unheard. */
export async function microphone(): Promise<MediaStream> {
  if (!navigator.mediaDevices?.getUserMedia) throw new Unheard("insecure");
  try {
    if (devices.getState().inputs.length === 0) await lookAround();
    const wish = chosen("mic") || devices.getState().mic;
    const stream = await navigator.mediaDevices.getUserMedia({ audio: constraints(rawAudio(), wish) });
    void lookAround();
    return stream;
  } catch (err) {
    throw new Unheard(troubleOf(err));
  }
}

/** allowed tells whether the microphone was allowed before, so that asking shows no question. */
export async function allowed(): Promise<boolean> {
  try {
    const answer = await navigator.permissions.query({ name: "microphone" as PermissionName });
    return answer.state === "granted";
  } catch {
    return false;
  }
}
