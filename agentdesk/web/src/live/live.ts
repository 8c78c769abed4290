// The live store: one for the page, outside React, fed by the socket. React reads it through useLive.
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { type Frame, Socket } from "./socket";
import { apply, current, type DeskCall, type Live, nothing } from "./state";

export const live = createStore<Live>(() => nothing);

type Listener = (frame: Frame, now: Live, before: Live) => void;
const listeners = new Set<Listener>();

/** onFrame calls back after each frame was applied, for what is not state: sounds, refetching, answers. */
export function onFrame(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function received(frame: Frame): void {
  const before = live.getState();
  const now = apply(before, frame, Date.now());
  if (now !== before) live.setState(now, true);
  for (const listener of listeners) listener(frame, now, before);
}

function address(): string {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${location.host}/api/v1/desk`;
}

let socket: Socket | null = null;

export function connect(): void {
  socket ??= new Socket(address(), {
    opened: () => {},
    frame: received,
    lost: (retryAt) => live.setState({ link: "lost", retryAt }),
    ended: (code, reason) => live.setState({ link: "ended", ended: { code, reason } }),
  });
  if (live.getState().link === "ended") live.setState({ link: "connecting", ended: null });
  socket.start();
}

export function disconnect(): void {
  socket?.stop();
  live.setState(nothing, true);
}

export function hurry(): void {
  socket?.hurry();
}

/** ask sends a request over the socket; it fails with a Refusal. */
export function ask<T = unknown>(type: string, data?: unknown): Promise<T> {
  if (!socket) return Promise.reject(new Error("offline"));
  return socket.request<T>(type, data);
}

export function useLive<T>(select: (state: Live) => T): T {
  return useStore(live, select);
}

export const useCurrentCall = (): DeskCall | null => useLive(current);

window.addEventListener("online", hurry);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) hurry();
});
