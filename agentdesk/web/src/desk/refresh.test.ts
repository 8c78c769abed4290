import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { refreshing } from "./refresh";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A server whose answers take 100 ms and tell what was true when the question came. */
function server(queries: QueryClient, queryKey: unknown[]) {
  const state = { truth: "old", asked: 0 };
  const queryFn = () => {
    state.asked += 1;
    const answer = state.truth;
    return new Promise<string>((resolve) => setTimeout(() => resolve(answer), 100));
  };
  const observer = new QueryObserver(queries, { queryKey, queryFn });
  observer.subscribe(() => {});
  return { state, seen: () => observer.getCurrentResult().data };
}

describe("refreshing", () => {
  it("does not take a first answer from before the change for the new one", async () => {
    const queries = new QueryClient();
    const { state, seen } = server(queries, ["ticket", 7]);
    await vi.advanceTimersByTimeAsync(50);
    state.truth = "new";
    refreshing(queries).ticket(7);
    await vi.advanceTimersByTimeAsync(500);
    expect(seen()).toBe("new");
  });

  it("asks for lists at once, then once a second however much changes, and misses nothing", async () => {
    const queries = new QueryClient();
    const { state, seen } = server(queries, ["tickets", {}]);
    await vi.advanceTimersByTimeAsync(500);
    const refresh = refreshing(queries);
    for (let i = 0; i < 30; i++) {
      state.truth = `change ${i}`;
      refresh.lists();
      await vi.advanceTimersByTimeAsync(100);
    }
    await vi.advanceTimersByTimeAsync(2000);
    expect(seen()).toBe("change 29");
    expect(state.asked).toBeLessThanOrEqual(6);
  });
});
