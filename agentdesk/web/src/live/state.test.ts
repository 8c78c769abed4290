import { describe, expect, it } from "vitest";
import type { Call, Pop, Presence } from "../api/types";
import { answering, apply, current, type Live, nothing } from "./state";

const T0 = Date.parse("2026-03-02T10:00:00Z");
const at = (seconds: number) => new Date(T0 + seconds * 1000).toISOString();

const call = (change: Partial<Call> = {}): Call => ({
  id: "c1",
  direction: "inbound",
  line: "100",
  queue: "support",
  caller: { raw: "+15550100001" },
  state: "offered",
  arrived_at: at(-30),
  ...change,
});

const pop = (change: Partial<Call> = {}, more: Partial<Pop> = {}): Pop => ({ call: call(change), ...more });

const presence = (change: Partial<Presence> = {}): Presence => ({
  agent: "agent1",
  state: "ready",
  since: at(0),
  ...change,
});

const board = { at: at(5), target_seconds: 20, queues: [], waiting: [], agents: [] };

function seen(...frames: [string, unknown][]): Live {
  return frames.reduce((live, [type, data], step) => apply(live, { type, data }, T0 + step * 1000), nothing);
}

const greeting = (change: object = {}): [string, unknown] => [
  "hello",
  { presence: presence(), calls: [], board, ...change },
];

describe("the live state", () => {
  it("takes the whole picture from the greeting, and the server's clock", () => {
    const live = seen(greeting({ calls: [pop({ state: "talking", answered_at: at(-60) })] }));
    expect(live.link).toBe("online");
    expect(live.skew).toBe(5000);
    expect(current(live)).toMatchObject({ id: "c1", phase: "talking", answered: T0 - 60_000 });
  });

  it("forgets calls that a new greeting does not know any more", () => {
    const live = seen(greeting(), ["call.offered", pop()], greeting());
    expect(live.calls).toEqual([]);
  });

  it("walks a call from offer to wrap-up and lets it go", () => {
    const walk: [string, unknown, string | undefined][] = [
      ["call.offered", pop(), "offered"],
      ["call.ringing", { call: "c1", until: at(20) }, "ringing"],
      ["call.answered", { call: "c1" }, "talking"],
      ["call.held", { call: "c1" }, "held"],
      ["call.resumed", { call: call({ state: "talking" }) }, "talking"],
      ["call.stranded", { call: "c1" }, "stranded"],
      ["call.resumed", { call: "c1" }, "talking"],
      ["presence.changed", presence({ state: "wrapup", call: "c1" }), "talking"],
      ["call.ended", { call: "c1", reason: "caller" }, "over"],
      ["presence.changed", presence(), undefined],
    ];
    let live = seen(greeting());
    for (const [type, data, phase] of walk) {
      live = apply(live, { type, data }, T0);
      expect(current(live)?.phase, type).toBe(phase);
    }
    expect(live.calls).toEqual([]);
  });

  it("keeps a talk for its wrap-up in whichever order end and presence come", () => {
    const talk: [string, unknown][] = [greeting(), ["call.offered", pop()], ["call.answered", { call: "c1" }]];
    const end: [string, unknown] = ["call.ended", { call: "c1" }];
    const wrapup: [string, unknown] = ["presence.changed", presence({ state: "wrapup", call: "c1" })];
    expect(current(seen(...talk, end, wrapup))?.phase).toBe("over");
    expect(current(seen(...talk, wrapup, end))?.phase).toBe("over");
  });

  it("takes an offer away that went elsewhere", () => {
    const live = seen(greeting(), ["call.offered", pop()], ["call.ended", { call: "c1", reason: "missed" }]);
    expect(live.calls).toEqual([]);
  });

  it("counts the talk from its first word, not from the end of a hold", () => {
    const live = seen(
      greeting(),
      ["call.offered", pop()],
      ["call.answered", { call: "c1" }],
      ["call.held", { call: "c1" }],
      ["call.resumed", { call: "c1" }],
    );
    expect(current(live)?.answered).toBe(T0 + 2000 + live.skew);
  });

  it("shows an offer once, however often it comes", () => {
    const live = seen(greeting(), ["call.offered", pop()], ["call.ringing", { call: "c1" }], ["call.offered", pop()]);
    expect(live.calls.length).toBe(1);
    expect(current(live)?.phase).toBe("ringing");
  });

  it("treats an outbound call as running, not as an offer", () => {
    const live = seen(greeting(), ["call.offered", pop({ direction: "outbound", state: "calling" })]);
    expect(current(live)?.phase).toBe("calling");
  });

  it("marks an accepted offer as being connected, but never takes back an answer", () => {
    const ringing = seen(greeting(), ["call.offered", pop()]);
    expect(current(answering(ringing, "c1", T0))?.phase).toBe("joining");
    const talking = apply(ringing, { type: "call.answered", data: { call: "c1" } }, T0);
    expect(current(answering(talking, "c1", T0))?.phase).toBe("talking");
  });

  it("ignores news about calls it does not know, and frames it does not understand", () => {
    const live = seen(greeting());
    expect(apply(live, { type: "call.held", data: { call: "other" } }, T0).calls).toEqual([]);
    expect(apply(live, { type: "something.new", data: {} }, T0)).toBe(live);
    expect(apply(live, { type: "call.offered" }, T0)).toBe(live);
  });
});
