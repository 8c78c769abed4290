import { describe, expect, it } from "vitest";
import type { Board, QueueBoard, WaitingCaller } from "../api/types";
import { patched, whole } from "./board";

const queue = (name: string, waiting: number): QueueBoard => ({
  name,
  title: name,
  waiting,
  offered: 0,
  answered: 0,
  abandoned: 0,
  short_abandoned: 0,
  within_target: 0,
});

const caller = (call: string): WaitingCaller => ({ call, queue: "support", since: "2026-03-02T10:00:00Z" });

const board: Board = {
  at: "2026-03-02T10:00:00Z",
  target_seconds: 20,
  queues: [queue("support", 2), queue("office", 0)],
  waiting: [caller("a"), caller("b")],
  agents: [],
};

describe("the board", () => {
  it("replaces what changed, keeps the rest and its order", () => {
    const next = patched(board, { queues: [queue("support", 1)], waiting_removed: ["a"] });
    expect(next.queues.map(({ name, waiting }) => [name, waiting])).toEqual([
      ["support", 1],
      ["office", 0],
    ]);
    expect(next.waiting.map(({ call }) => call)).toEqual(["b"]);
    expect(next.agents).toBe(board.agents);
  });

  it("is the same when a change comes twice", () => {
    const change = { waiting: [caller("c")], waiting_removed: ["b"], queues: [queue("new", 1)] };
    const once = patched(board, change);
    expect(patched(once, change)).toEqual(once);
  });

  it("lets a caller who is named in both lists stay: the newer word is that it waits", () => {
    expect(patched(board, { waiting: [caller("a")], waiting_removed: ["a"] }).waiting.map(({ call }) => call)).toEqual([
      "b",
      "a",
    ]);
  });

  it("takes empty lists that were sent as null", () => {
    const sent = { ...board, waiting: null, agents: null } as unknown as Board;
    expect(whole(sent)?.waiting).toEqual([]);
    expect(patched(board, { queues: null, agents: null }).queues).toEqual(board.queues);
  });
});
