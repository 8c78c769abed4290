// One ticking clock for every running time on the screen, in the server's time.
import { useCallback, useSyncExternalStore } from "react";
import { live } from "./live";

const watchers = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** serverNow is the server's time in ms, as far as this computer can tell. */
export const serverNow = () => Date.now() + live.getState().skew;

function tick(): void {
  for (const watcher of watchers) watcher();
  timer = setTimeout(tick, 1000 - (serverNow() % 1000) + 5);
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  if (watchers.size === 1) timer = setTimeout(tick, 1000 - (serverNow() % 1000) + 5);
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0) clearTimeout(timer);
  };
}

/** secondsSince is whole seconds that have passed, never negative. */
export function secondsSince(from: number, now: number): number {
  return Math.max(0, Math.floor((now - from) / 1000));
}

/** secondsUntil is the seconds that remain, to the nearest: now is a full second, so rounding up would begin one too high. */
export function secondsUntil(to: number, now: number): number {
  return Math.max(0, Math.round((to - now) / 1000));
}

/** useNow renders again each full second; it gives the server's time in ms. */
export function useNow(): number {
  const second = useCallback(() => Math.floor(serverNow() / 1000), []);
  return useSyncExternalStore(watch, second) * 1000;
}
