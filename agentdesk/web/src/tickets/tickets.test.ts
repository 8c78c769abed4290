import { describe, expect, it } from "vitest";
import type { Ticket } from "../api/types";
import { nextDue, urgency } from "./due";
import { scaled } from "./peaks";
import { nextStates, personOf } from "./words";

const ticket = (change: Partial<Ticket>): Ticket => ({
  number: 1001,
  version: 1,
  subject: "x",
  state: "open",
  priority: "normal",
  channel: "phone",
  opened_at: "2026-03-02T10:00:00Z",
  updated_at: "2026-03-02T10:00:00Z",
  due_first_response_at: "2026-03-02T11:00:00Z",
  due_resolution_at: "2026-03-02T18:00:00Z",
  ...change,
});

describe("the next promise of a ticket", () => {
  it.each([
    ["first response comes first", {}, "firstResponse"],
    ["then the resolution", { first_response_at: "2026-03-02T10:05:00Z" }, "resolution"],
    ["a callback that is due earlier goes before both", { callback_due_at: "2026-03-02T10:30:00Z" }, "callback"],
    ["a solved ticket owes nothing", { state: "solved" }, undefined],
    ["except a callback", { state: "solved", callback_due_at: "2026-03-02T10:30:00Z" }, "callback"],
  ] as const)("%s", (_, change, what) => {
    expect(nextDue(ticket(change))?.what).toBe(what);
  });

  it("warns half an hour ahead", () => {
    const at = 100 * 60_000;
    expect([at - 31 * 60_000, at - 29 * 60_000, at].map((now) => urgency(at, now))).toEqual(["calm", "warn", "bad"]);
  });
});

describe("tickets in words", () => {
  it("lets nothing follow closed", () => {
    expect(nextStates("closed")).toEqual(["closed"]);
    expect(nextStates("solved")).toEqual(["solved", "open", "closed"]);
  });

  it("names the person as well as it can", () => {
    expect(personOf(ticket({ caller: "+1555", caller_name: "KELLER", contact: { id: "1", name: "Keller" } }))).toBe(
      "Keller",
    );
    expect(personOf(ticket({ caller: "+1555", caller_name: "KELLER" }))).toBe("KELLER");
    expect(personOf(ticket({}))).toBe("");
  });
});

describe("peaks", () => {
  it("keep a whisper small", () => {
    expect(scaled([[127, 0, 12]])[0]?.map((value) => Math.round(value * 100))).toEqual([100, 1, 9]);
    expect(scaled([[0.5, 1]])[0]).toEqual([0.5, 1]);
    expect(scaled([])).toEqual([]);
  });
});
