import { describe, expect, it } from "vitest";
import { bars } from "../desk/QualityMark";
import { loudness } from "./LevelMeter";
import { constraints, rawAudio, troubleOf } from "./microphone";

describe("the microphone", () => {
  it("is cleaned for people and left raw for a test's tone", () => {
    expect(constraints(false, "")).toMatchObject({
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
    });
    expect(constraints(true, "")).toMatchObject({
      echoCancellation: false,
      noiseSuppression: false,
      autoGainControl: false,
    });
    expect(rawAudio("?tone=raw")).toBe(true);
    expect(rawAudio("")).toBe(false);
    localStorage.setItem("hotline.rawAudio", "1");
    expect(rawAudio("")).toBe(true);
    localStorage.clear();
  });

  it("prefers the chosen device without insisting on it", () => {
    expect(constraints(false, "headset").deviceId).toEqual({ ideal: "headset" });
  });

  it.each([
    ["NotAllowedError", "denied"],
    ["NotFoundError", "missing"],
    ["NotReadableError", "busy"],
    ["SomethingElse", "failed"],
  ])("says of %s: %s", (name, trouble) => {
    expect(troubleOf({ name })).toBe(trouble);
  });
});

describe("meters", () => {
  it("show silence as nothing and full scale as all", () => {
    expect(loudness(new Float32Array(64))).toBe(0);
    expect(loudness(new Float32Array(64).fill(1))).toBe(1);
    expect(loudness(new Float32Array(64).fill(0.1))).toBeCloseTo(2 / 3, 2);
  });

  it("show quality in bars", () => {
    expect([4.4, 3.8, 3.2, 2].map(bars)).toEqual([4, 3, 2, 1]);
  });
});
