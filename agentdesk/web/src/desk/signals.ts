// What a frame sets off beside the state: the answer to a pop, sounds, notices, spoken words, fresh data.
import type { QueryClient } from "@tanstack/react-query";
import type { BoardPatch } from "../api/types";
import { i18n } from "../i18n";
import { announce, mention } from "../live/announce";
import { serverNow } from "../live/clock";
import { ask, live, onFrame } from "../live/live";
import { current, type DeskCall, type Live } from "../live/state";
import { allowed } from "../softphone/microphone";
import { alive, close, mute, open, phone, renew, speaking } from "../softphone/phone";
import { ring, stopRinging } from "../softphone/ring";
import { done } from "../ui/notify";
import { saveInTime } from "./actions";
import { clearNotice, notice } from "./notice";
import { type Refresh, refreshing } from "./refresh";
import { select, typing } from "./selection";
import { callerName, deviceOf, onBrowser } from "./who";

export const nameOf = (call: DeskCall) => callerName(call.pop.call, call.pop) ?? i18n.t("call.hidden");

/** afterPaint waits until the screen shows what was just set; a hidden page paints nothing and does not wait. */
function afterPaint(then: () => void): void {
  if (document.hidden) return then();
  let told = false;
  const once = () => {
    if (!told) then();
    told = true;
  };
  requestAnimationFrame(() => requestAnimationFrame(once));
  setTimeout(once, 100);
}

function popped(call: DeskCall): void {
  if (call.phase === "calling") return void select(call.pop.call.ticket);
  afterPaint(() => void ask("pop.ack", { call: call.id }).catch(() => {}));
  const who = nameOf(call);
  const ticket = call.pop.ticket?.number ?? call.pop.call.ticket;
  announce(ticket ? i18n.t("call.announce", { who, ticket }) : i18n.t("call.announceBare", { who }));
  if (!typing()) select(ticket);
}

function rings(call: DeskCall): void {
  const { presence, agent } = live.getState();
  if (onBrowser(deviceOf(presence, agent))) ring();
  notice(nameOf(call));
}

const spoken: Partial<Record<DeskCall["phase"], () => string>> = {
  talking: () => i18n.t("call.announceTalking"),
  held: () => i18n.t("call.announceHeld"),
};

/** moved acts on a call that went from one phase to another. */
function moved(call: DeskCall | null, before: DeskCall | null): void {
  if (call?.id === before?.id && call?.phase === before?.phase) return;
  stopRinging();
  clearNotice();
  if (call?.phase === "ringing") rings(call);
  if (call && call.id !== before?.id) mute(false);
  if (call?.phase === "talking" && before?.phase !== "held") select(call.pop.ticket?.number ?? call.pop.call.ticket);
  if (before && !call)
    mention(i18n.t(before.phase === "over" || before.phase === "talking" ? "call.announceEnded" : "call.announceGone"));
  const words = call ? spoken[call.phase] : undefined;
  if (words) mention(words());
  const heard = call?.phase === "joining" || call?.phase === "calling" || call?.phase === "talking";
  speaking(heard);
}

/** restore brings the sound back after the socket was lost or the page reloaded, without a click when that is allowed. */
async function restore(now: Live): Promise<void> {
  const call = current(now);
  if (call) select(call.pop.ticket?.number ?? call.pop.call.ticket);
  if (!onBrowser(deviceOf(now.presence, now.agent)) || !now.presence || now.presence.state === "offline") return;
  if (phone.getState().stream) {
    const media = now.media ?? (await ask<{ connected: boolean }>("webrtc.state").catch(() => null));
    if (!alive() || !media?.connected) renew();
    return;
  }
  if (!(await allowed())) return;
  await open();
  const running = current(live.getState());
  if (running && running.phase !== "offered" && running.phase !== "ringing" && running.phase !== "over") {
    done(i18n.t("media.back"));
    announce(i18n.t("media.back"));
  }
}

let doubted: ReturnType<typeof setTimeout> | undefined;

/** doubt: the server has lost our sound while we still believe in it. If that lasts, offer again. */
function doubt(now: Live): void {
  clearTimeout(doubted);
  if (now.media?.connected !== false) return;
  doubted = setTimeout(() => {
    const { link, media } = live.getState();
    if (link === "online" && media?.connected === false && alive()) renew();
  }, 3000);
}

let lastMinute: ReturnType<typeof setTimeout> | undefined;

function watchWrapup(now: Live): void {
  clearTimeout(lastMinute);
  const { presence } = now;
  if (presence?.state !== "wrapup" || !presence.until || !presence.call) return;
  const call = presence.call;
  lastMinute = setTimeout(() => void saveInTime(call), Math.max(0, Date.parse(presence.until) - serverNow() - 1500));
}

function changed(refresh: Refresh, type: string, data: unknown): void {
  // Also when the version is known: what calls do to a ticket gives it no new one, so that it disturbs nobody's change.
  const tickets = type === "board.changed" ? ((data as BoardPatch).tickets ?? []) : [];
  for (const ticket of tickets) refresh.ticket(ticket.number);
  if (tickets.length > 0) refresh.lists();
  if (type === "call.ended") refresh.calls();
}

/** wireDesk connects frames with what they set off; it returns how to undo that. */
export function wireDesk(queries: QueryClient): () => void {
  const refresh = refreshing(queries);
  const offFrame = onFrame((frame, now, before) => {
    if (frame.type === "hello") {
      void restore(now).catch(() => {});
      if (before.link === "lost") void queries.invalidateQueries();
    }
    if (frame.type === "call.offered") {
      const call = current(now);
      if (call && call.id !== current(before)?.id) popped(call);
    }
    if (frame.type === "hello" || frame.type === "presence.changed") watchWrapup(now);
    if (frame.type === "webrtc.state") doubt(now);
    changed(refresh, frame.type, frame.data);
  });
  const offState = live.subscribe((now, before) => {
    moved(current(now), current(before));
    if (now.link === "ended" && before.link !== "ended") close();
  });
  return () => {
    refresh.stop();
    offFrame();
    offState();
  };
}
