// What the page knows of the running floor, as a value, and how each frame changes it. Pure: no socket, no sound, no React.
import type { Board, BoardPatch, Call, Pop, Presence, Quality, User } from "../api/types";
import { patched, whole } from "./board";
import type { Frame } from "./socket";

/** Phase is where a call of this agent is, seen from the desk. */
export type Phase = "offered" | "ringing" | "joining" | "calling" | "talking" | "held" | "stranded" | "over";

export interface DeskCall {
  id: string;
  pop: Pop;
  phase: Phase;
  /** When the phase began, server time in ms. */
  since: number;
  /** When both heard each other first, server time in ms. */
  answered?: number;
  /** While it rings: when it goes back to the queue. */
  until?: number;
}

export type Link = "connecting" | "online" | "lost" | "ended";

export interface Live {
  link: Link;
  retryAt: number;
  ended: { code: number; reason: string } | null;
  /** Server clock minus this computer's clock, ms. */
  skew: number;
  agent: User | null;
  presence: Presence | null;
  calls: DeskCall[];
  board: Board | null;
  quality: Quality | null;
  media: { connected: boolean } | null;
}

export const nothing: Live = {
  link: "connecting",
  retryAt: 0,
  ended: null,
  skew: 0,
  agent: null,
  presence: null,
  calls: [],
  board: null,
  quality: null,
  media: null,
};

interface Hello {
  agent?: User;
  presence?: Presence | null;
  calls?: Pop[] | null;
  board?: Board | null;
  media?: { connected: boolean } | null;
}

interface CallNews {
  call: string | Call;
  until?: string;
  reason?: string;
}

const phases: Partial<Record<Call["state"], Phase>> = {
  joining: "joining",
  calling: "calling",
  talking: "talking",
  held: "held",
  stranded: "stranded",
  ended: "over",
};

function phaseOf(pop: Pop): Phase {
  return phases[pop.call.state] ?? (pop.until ? "ringing" : "offered");
}

/** A talk is timed from its first word: neither hold nor a lost desk starts its clock again. */
function answeredAt(pop: Pop, phase: Phase, now: number): number | undefined {
  const told = Date.parse(pop.call.answered_at ?? "");
  if (!Number.isNaN(told)) return told;
  return phase === "talking" ? now : undefined;
}

/** deskCall makes what the desk keeps of a pop. */
export function deskCall(pop: Pop, now: number): DeskCall {
  const phase = phaseOf(pop);
  const until = pop.until ? Date.parse(pop.until) : undefined;
  return { id: pop.call.id, pop, phase, since: now, answered: answeredAt(pop, phase, now), until };
}

/** current is the call that the agent is busy with: never more than one. */
export function current(live: Live): DeskCall | null {
  const running = live.calls.find((call) => call.phase !== "over");
  if (running) return running;
  if (live.presence?.state !== "wrapup") return null;
  return live.calls.find((call) => call.id === live.presence?.call) ?? null;
}

function hello(live: Live, data: Hello, local: number): Live {
  const server = data.board?.at ? Date.parse(data.board.at) : Number.NaN;
  const skew = Number.isNaN(server) ? live.skew : server - local;
  return {
    ...live,
    link: "online",
    ended: null,
    skew,
    agent: data.agent ?? live.agent,
    presence: data.presence ?? null,
    calls: (data.calls ?? []).map((pop) => deskCall(pop, local + skew)),
    board: whole(data.board),
    media: data.media ?? null,
    quality: null,
  };
}

function withPresence(live: Live, presence: Presence): Live {
  const keeps = (call: DeskCall) => call.phase !== "over" || (presence.state === "wrapup" && presence.call === call.id);
  return { ...live, presence, calls: live.calls.filter(keeps) };
}

function offered(live: Live, pop: Pop, now: number): Live {
  if (live.calls.some((call) => call.id === pop.call.id && call.phase !== "over")) return live;
  return { ...live, calls: [deskCall(pop, now), ...live.calls.filter((call) => call.id !== pop.call.id)] };
}

/** news moves one call to its next phase and takes over what is newly known about it. */
function news(live: Live, data: CallNews, phase: Phase | null, now: number): Live {
  const id = typeof data.call === "string" ? data.call : data.call?.id;
  const calls = live.calls.map((call) => {
    if (call.id !== id) return call;
    const pop = typeof data.call === "object" ? { ...call.pop, call: { ...call.pop.call, ...data.call } } : call.pop;
    const next = phase ?? phases[pop.call.state] ?? call.phase;
    const until = data.until ? Date.parse(data.until) : next === call.phase ? call.until : undefined;
    const since = next === call.phase ? call.since : now;
    return { ...call, pop, phase: next, since, answered: call.answered ?? answeredAt(pop, next, now), until };
  });
  return { ...live, calls };
}

/** answering marks an offered call as being connected, once the server has said yes; a faster "answered" is not undone. */
export function answering(live: Live, id: string, now: number): Live {
  const calls = live.calls.map((call): DeskCall => {
    const offer = call.id === id && (call.phase === "offered" || call.phase === "ringing");
    return offer ? { ...call, phase: "joining", since: now, until: undefined } : call;
  });
  return { ...live, calls };
}

/** over ends a call: one that was talked in stays for the wrap-up, an offer that went elsewhere is taken away. */
function over(live: Live, data: CallNews, now: number): Live {
  const next = news(live, data, "over", now);
  const id = typeof data.call === "string" ? data.call : data.call?.id;
  const before = live.calls.find((call) => call.id === id)?.phase;
  const unanswered = before === "offered" || before === "ringing";
  if (!unanswered || live.presence?.state === "wrapup") return { ...next, quality: null };
  return { ...next, calls: next.calls.filter((call) => call.id !== id), quality: null };
}

/** apply is the next state after a frame. local is this computer's clock in ms. A frame that means nothing changes nothing. */
export function apply(live: Live, frame: Frame, local: number): Live {
  const now = local + live.skew;
  const data = frame.data as never;
  if (data === undefined || data === null) return live;
  switch (frame.type) {
    case "hello":
      return hello(live, data as Hello, local);
    case "presence.changed":
      return withPresence(live, data as Presence);
    case "call.offered":
      return offered(live, data as Pop, now);
    case "call.ringing":
      return news(live, data as CallNews, "ringing", now);
    case "call.answered":
    case "call.resumed":
      return news(live, data as CallNews, "talking", now);
    case "call.held":
      return news(live, data as CallNews, "held", now);
    case "call.stranded":
      return news(live, data as CallNews, "stranded", now);
    case "call.updated":
      return news(live, data as CallNews, null, now);
    case "call.ended":
      return over(live, data as CallNews, now);
    case "board.changed":
      return live.board ? { ...live, board: patched(live.board, data as BoardPatch) } : live;
    case "quality":
      return { ...live, quality: data as Quality };
    case "webrtc.state":
      return { ...live, media: data as { connected: boolean } };
    default:
      return live;
  }
}
