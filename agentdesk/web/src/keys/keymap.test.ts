import { describe, expect, it } from "vitest";
import { commandFor, keymap } from "./keymap";

const press = (change: Partial<KeyboardEvent>) => ({
  code: "",
  key: "",
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  repeat: false,
  ...change,
});

describe("the keys", () => {
  it("gives every action its own key", () => {
    expect(new Set(Object.values(keymap)).size).toBe(Object.keys(keymap).length);
  });

  it.each(Object.entries(keymap))("%s works in a Latin and in a Russian layout", (action, code) => {
    expect(commandFor(press({ altKey: true, code, key: code.slice(3).toLowerCase() }), false)).toBe(action);
    expect(commandFor(press({ altKey: true, code, key: "ф" }), false)).toBe(action);
  });

  it("answers even while somebody types, for Alt writes no letter", () => {
    expect(commandFor(press({ altKey: true, code: "KeyA" }), true)).toBe("answer");
  });

  it("leaves letters, AltGr, and the browser's own shortcuts alone", () => {
    expect(commandFor(press({ code: "KeyA", key: "a" }), false)).toBeNull();
    expect(commandFor(press({ code: "KeyA", altKey: true, ctrlKey: true }), false)).toBeNull();
    expect(commandFor(press({ code: "KeyA", altKey: true, shiftKey: true }), false)).toBeNull();
    expect(commandFor(press({ code: "KeyD", metaKey: true }), false)).toBeNull();
    expect(commandFor(press({ code: "KeyZ", altKey: true }), false)).toBeNull();
  });

  it("does not repeat while a key is held down", () => {
    expect(commandFor(press({ altKey: true, code: "KeyH", repeat: true }), false)).toBeNull();
  });

  it("shows the sheet on ?, but not into a field", () => {
    expect(commandFor(press({ key: "?", code: "Slash", shiftKey: true }), false)).toBe("sheet");
    expect(commandFor(press({ key: ",", code: "Slash", shiftKey: true }), false)).toBe("sheet");
    expect(commandFor(press({ key: "?", code: "Slash", shiftKey: true }), true)).toBeNull();
  });
});
