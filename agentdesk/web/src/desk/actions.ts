// Everything an agent can do with a call or with the own presence. Buttons and keys both come here.
import { createStore } from "zustand/vanilla";
import { i18n } from "../i18n";
import { serverNow } from "../live/clock";
import { ask, live } from "../live/live";
import { Refusal } from "../live/socket";
import { answering, current, type DeskCall, type Live } from "../live/state";
import { Unheard } from "../softphone/microphone";
import { mute, open, phone } from "../softphone/phone";
import { wrong } from "../ui/notify";
import { draftWrapup, dropWrapup, wrapupDraft } from "./drafts";
import { deviceOf, onBrowser } from "./who";

export type Action = "answer" | "decline" | "hold" | "mute" | "record" | "end" | "finish" | "ready" | "pause";

/** What the wrap-up form and the pause menu listen to: a wish that they must fulfil themselves. */
export const wishes = createStore<{ pauseMenu: boolean; resultMissing: string; extended: string }>(() => ({
  pauseMenu: false,
  resultMissing: "",
  extended: "",
}));

const ringing = (call: DeskCall | null) => call?.phase === "offered" || call?.phase === "ringing";

/** possible tells whether an action makes sense now. */
export function possible(action: Action, state: Live): boolean {
  const call = current(state);
  const mine = state.presence?.state;
  if (state.link !== "online") return action === "mute" && call?.phase === "talking";
  switch (action) {
    case "answer":
      return ringing(call) && onBrowser(deviceOf(state.presence, state.agent));
    case "decline":
      return ringing(call);
    case "hold":
      return call?.phase === "talking" || call?.phase === "held";
    case "mute":
      return (call?.phase === "talking" || call?.phase === "held") && onBrowser(deviceOf(state.presence, state.agent));
    case "record":
      return call?.pop.call.recorded === true && (call.phase === "talking" || call.phase === "held");
    case "end":
      return call !== null && !ringing(call) && call.phase !== "over";
    case "finish":
      return mine === "wrapup";
    case "ready":
      return mine !== undefined && mine !== "ready" && mine !== "ringing";
    case "pause":
      return mine !== undefined && mine !== "offline";
  }
}

/** failed says why the server said no. */
export function failed(err: unknown, title = i18n.t("call.failed.default")): void {
  const code = err instanceof Refusal ? err.code : "";
  const known =
    code && i18n.exists(`call.failed.${code}`) ? i18n.t(`call.failed.${code}` as "call.failed.default") : "";
  const message = known || (err instanceof Error ? err.message : "");
  wrong(title, message);
}

async function tell(type: string, data: unknown, title?: string): Promise<boolean> {
  try {
    await ask(type, data);
    return true;
  } catch (err) {
    failed(err, title);
    return false;
  }
}

function onCall(type: string): void {
  const call = current(live.getState());
  if (call) void tell(type, { call: call.id });
}

async function answer(call: DeskCall | null): Promise<void> {
  if (!call || !(await tell("call.answer", { call: call.id }))) return;
  live.setState((state) => answering(state, call.id, serverNow()));
}

export function act(action: Action): void {
  const state = live.getState();
  if (!possible(action, state)) return;
  switch (action) {
    case "answer":
      return void answer(current(state));
    case "decline":
      return onCall("call.decline");
    case "hold":
      return onCall(current(state)?.phase === "held" ? "call.resume" : "call.hold");
    case "mute":
      return mute(!phone.getState().muted);
    case "record":
      return onCall(current(state)?.pop.call.record_paused_at ? "record.resume" : "record.pause");
    case "end":
      return onCall("call.hangup");
    case "finish":
      return void finishWrapup();
    case "ready":
      return void becomeReady();
    case "pause":
      return wishes.setState({ pauseMenu: true });
  }
}

/** becomeReady asks for the microphone first when the browser is the telephone: ready means able to be heard. */
export async function becomeReady(): Promise<void> {
  const { presence, agent } = live.getState();
  try {
    if (onBrowser(deviceOf(presence, agent))) {
      await open();
      await heardByServer();
    }
  } catch (err) {
    if (err instanceof Unheard) return;
    throw err;
  }
  await tell("presence.set", { state: "ready", reason: "" }, i18n.t("presence.failed"));
}

/** heardByServer waits a moment until the server has the sound too: both ends of a connection do not finish at once. */
function heardByServer(): Promise<void> {
  if (live.getState().media?.connected) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(done, 2000);
    const stop = live.subscribe((state) => state.media?.connected && done());
  });
}

export const pause = (reason: string) => tell("presence.set", { state: "pause", reason }, i18n.t("presence.failed"));

export const goOffline = () => tell("presence.set", { state: "offline", reason: "" }, i18n.t("presence.failed"));

export const dial = (to: string, ticket?: number) =>
  tell("call.dial", { to, ticket }, i18n.t("call.dialNumber", { number: to }));

export async function answerWith(device: string): Promise<void> {
  const done = await tell("media.use", { device });
  if (!done) return;
  const { presence, agent } = live.getState();
  live.setState({
    presence: presence ? { ...presence, device } : null,
    agent: agent ? { ...agent, device } : null,
  });
  if (onBrowser(device)) await open().catch(() => {});
}

/** extendWrapup adds a minute, once per call. */
export async function extendWrapup(): Promise<void> {
  const call = live.getState().presence?.call;
  if (call && (await tell("wrapup.extend", { call }))) wishes.setState({ extended: call });
}

/** needsResult is set by the form when its queue has results to choose from. */
const needsResult = new Set<string>();
export const resultNeeded = (call: string) => needsResult.add(call);

export async function finishWrapup(): Promise<void> {
  const call = live.getState().presence?.call;
  if (!call) return void tell("wrapup.finish", {});
  const { disposition, note } = wrapupDraft(call);
  if (!disposition && needsResult.has(call)) return wishes.setState({ resultMissing: call });
  if (await tell("wrapup.finish", { call, disposition, note }, i18n.t("wrapup.failed"))) {
    needsResult.delete(call);
    dropWrapup(call);
  }
}

/** saveInTime sends a draft just before the wrap-up runs out: time being up must not lose what was written. */
export async function saveInTime(call: string): Promise<void> {
  const { disposition, note } = wrapupDraft(call);
  if (!disposition && !note) return;
  try {
    await ask("wrapup.finish", { call, disposition, note });
    dropWrapup(call);
  } catch {
    draftWrapup(call, {});
  }
}
