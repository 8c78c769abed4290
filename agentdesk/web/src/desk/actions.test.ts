import { describe, expect, it } from "vitest";
import type { AgentState, Call, Presence } from "../api/types";
import { type DeskCall, type Live, nothing, type Phase } from "../live/state";
import { type Action, possible } from "./actions";

function desk(state: AgentState, phase?: Phase, device = "webrtc"): Live {
  const presence: Presence = { agent: "agent1", state, since: "2026-03-02T10:00:00Z", device, call: "c1" };
  const call = { id: "c1", phase, since: 0, pop: { call: { id: "c1" } as Call } } as DeskCall;
  return { ...nothing, link: "online", presence, calls: phase ? [call] : [] };
}

const all: Action[] = ["answer", "decline", "hold", "mute", "end", "finish", "ready", "pause"];
const can = (live: Live) => all.filter((action) => possible(action, live));

describe("what an agent can do", () => {
  it.each([
    ["offline", desk("offline"), ["ready"]],
    ["ready", desk("ready"), ["pause"]],
    ["ringing", desk("ringing", "ringing"), ["answer", "decline", "pause"]],
    ["ringing on a desk phone", desk("ringing", "ringing", "sip:agent1"), ["decline", "pause"]],
    ["being connected", desk("talking", "joining"), ["end", "ready", "pause"]],
    ["talking", desk("talking", "talking"), ["hold", "mute", "end", "ready", "pause"]],
    ["talking on a desk phone", desk("talking", "talking", "sip:agent1"), ["hold", "end", "ready", "pause"]],
    ["on hold", desk("hold", "held"), ["hold", "mute", "end", "ready", "pause"]],
    ["calling out", desk("talking", "calling"), ["end", "ready", "pause"]],
    ["in wrap-up", desk("wrapup", "over"), ["finish", "ready", "pause"]],
    ["on pause", desk("pause"), ["ready", "pause"]],
  ] as const)("while %s", (_, live, actions) => {
    expect(can(live)).toEqual(actions);
  });

  it("without the server, only muting is left", () => {
    expect(can({ ...desk("talking", "talking"), link: "lost" })).toEqual(["mute"]);
    expect(can(nothing)).toEqual([]);
  });
});
