import { describe, expect, it } from "vitest";
import { secondsSince, secondsUntil } from "./clock";

describe("running times", () => {
  it("are never negative, whatever the clocks say", () => {
    expect(secondsSince(10_000, 4_000)).toBe(0);
    expect(secondsUntil(4_000, 10_000)).toBe(0);
  });

  it("count full seconds up, and down from the number that was promised", () => {
    expect(secondsSince(1_000, 2_999)).toBe(1);
    expect(secondsUntil(3_000, 2_001)).toBe(1);
    expect(secondsUntil(3_000, 3_000)).toBe(0);
    expect(secondsUntil(120_400, 0)).toBe(120);
  });
});
