// The browser's telephone: one peer connection for the whole shift, opened with the microphone before the first call, so
// that an answered call is heard at once. The offer goes out without candidates, the server's answer carries all of its own.
import { createStore } from "zustand/vanilla";
import { ask, live } from "../live/live";
import { chosen, devices } from "./devices";
import { microphone, type Trouble, Unheard } from "./microphone";

export type Stage = "off" | "asking" | "connecting" | "connected" | "lost";

export interface Phone {
  stage: Stage;
  trouble: Trouble | null;
  muted: boolean;
  /** The browser refuses to play without a click. */
  blocked: boolean;
  stream: MediaStream | null;
}

export const phone = createStore<Phone>(() => ({
  stage: "off",
  trouble: null,
  muted: false,
  blocked: false,
  stream: null,
}));

const connectWithin = 10_000;

let peer: RTCPeerConnection | null = null;
let sent: MediaStreamTrack | null = null;
let opening: Promise<void> | null = null;
let lossTimer: ReturnType<typeof setTimeout> | undefined;
let inCall = false;

const ear = new Audio();
ear.autoplay = true;

/** open makes sure of microphone and connection. Calling it again while it works, or when it is done, is harmless. */
export function open(): Promise<void> {
  if (peer?.connectionState === "connected") return Promise.resolve();
  opening ??= establish().finally(() => {
    opening = null;
  });
  return opening;
}

async function establish(): Promise<void> {
  try {
    if (!phone.getState().stream) await listen();
    phone.setState({ stage: "connecting", trouble: null });
    await negotiate();
    phone.setState({ stage: "connected" });
  } catch (err) {
    const trouble = err instanceof Unheard ? err.trouble : "failed";
    hangUpPeer();
    phone.setState({ stage: "off", trouble });
    throw err instanceof Unheard ? err : new Unheard(trouble);
  }
}

async function listen(): Promise<void> {
  phone.setState({ stage: "asking", trouble: null });
  take(await microphone());
}

/** take makes a stream the one that is sent. What is sent is a copy, so that the level meter hears a muted agent too. */
function take(stream: MediaStream): void {
  const track = stream.getAudioTracks()[0];
  if (!track) throw new Unheard("missing");
  for (const old of phone.getState().stream?.getTracks() ?? []) old.stop();
  sent?.stop();
  sent = track.clone();
  track.onended = () => void changeMicrophone().catch(() => {});
  phone.setState({ stream });
  voice();
}

async function negotiate(): Promise<void> {
  hangUpPeer();
  const pc = new RTCPeerConnection({ iceServers: [] });
  peer = pc;
  pc.ontrack = (event) => hear(event.streams[0] ?? new MediaStream([event.track]));
  const transceiver = pc.addTransceiver(sent ?? "audio", { direction: "sendrecv" });
  preferTelephone(transceiver);
  await pc.setLocalDescription(await pc.createOffer());
  live.setState({ media: { connected: false } });
  const answer = await ask<{ sdp: string }>("webrtc.offer", { sdp: pc.localDescription?.sdp });
  if (peer !== pc) throw new Unheard("failed");
  await pc.setRemoteDescription({ type: "answer", sdp: answer.sdp });
  await connected(pc);
  pc.onconnectionstatechange = () => watch(pc);
  watch(pc);
}

/** preferTelephone offers what the telephone network speaks; others would only be refused. */
function preferTelephone(transceiver: RTCRtpTransceiver): void {
  const known = RTCRtpReceiver.getCapabilities?.("audio")?.codecs ?? [];
  const wanted = known.filter((codec) => /\/(PCMU|telephone-event)$/i.test(codec.mimeType));
  if (wanted.length > 0) transceiver.setCodecPreferences?.(wanted);
}

function connected(pc: RTCPeerConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Unheard("failed")), connectWithin);
    const look = () => {
      if (pc.connectionState === "connected") resolve();
      else if (pc.connectionState === "failed" || pc.connectionState === "closed") reject(new Unheard("failed"));
      else return;
      clearTimeout(timer);
    };
    pc.onconnectionstatechange = look;
    look();
  });
}

/** watch makes a new connection when this one is gone; a short disturbance heals by itself. */
function watch(pc: RTCPeerConnection): void {
  if (peer !== pc) return;
  clearTimeout(lossTimer);
  if (pc.connectionState === "connected") return phone.setState({ stage: "connected", trouble: null });
  phone.setState({ stage: "lost" });
  lossTimer = setTimeout(renew, pc.connectionState === "disconnected" ? 3000 : 0);
}

/** renew offers again with the microphone that is already open. */
export function renew(): void {
  if (!phone.getState().stream) return;
  hangUpPeer();
  void open().catch(() => {});
}

/** alive tells whether our side of the sound is connected. */
export const alive = () => peer?.connectionState === "connected";

function hear(stream: MediaStream): void {
  ear.srcObject = stream;
  void applySpeaker();
  play();
}

export function play(): void {
  ear.play().then(
    () => phone.setState({ blocked: false }),
    (err) => phone.setState({ blocked: (err as Error).name === "NotAllowedError" }),
  );
}

/** applySpeaker sends the caller's voice to the chosen device. */
export async function applySpeaker(): Promise<void> {
  try {
    await ear.setSinkId?.(chosen("speaker"));
  } catch {
    // The device went away: the system's standard goes on.
  }
}

export async function changeMicrophone(): Promise<void> {
  if (!phone.getState().stream) return;
  try {
    take(await microphone());
    await peer?.getSenders()[0]?.replaceTrack(sent);
    phone.setState({ trouble: null });
  } catch (err) {
    phone.setState({ trouble: err instanceof Unheard ? err.trouble : "failed" });
  }
}

/** voice lets the microphone through only during a call and while not muted; silence is sent otherwise. */
function voice(): void {
  if (sent) sent.enabled = inCall && !phone.getState().muted;
}

export function speaking(on: boolean): void {
  inCall = on;
  voice();
}

export function mute(on: boolean): void {
  phone.setState({ muted: on });
  voice();
}

function hangUpPeer(): void {
  clearTimeout(lossTimer);
  const old = peer;
  peer = null;
  old?.close();
}

/** close ends the shift's sound: at log-out, or when another window took over. */
export function close(): void {
  hangUpPeer();
  for (const track of phone.getState().stream?.getTracks() ?? []) track.stop();
  sent?.stop();
  sent = null;
  ear.srcObject = null;
  phone.setState({ stage: "off", trouble: null, muted: false, blocked: false, stream: null });
}

devices.subscribe((now, before) => {
  if (now.mic !== before.mic) void changeMicrophone();
  if (now.speaker !== before.speaker || now.outputs !== before.outputs) void applySpeaker();
});
