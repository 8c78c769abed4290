import { describe, expect, it } from "vitest";
import { i18n } from ".";
import { en } from "./en";
import { clock, formats, regional, stepOf, titled } from "./format";
import { ru } from "./ru";

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, path = ""): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "string") all.set(path + key, value);
    else for (const [inner, text] of flat(value, `${path}${key}.`)) all.set(inner, text);
  }
  return all;
}

const plural = /_(zero|one|two|few|many|other)$/;
const english = flat(en);
const russian = flat(ru);
const bases = (words: Map<string, string>) =>
  [...new Set([...words.keys()].map((key) => key.replace(plural, "")))].sort();
const holes = (text: string) => (text.match(/\{\{\w+\}\}/g) ?? []).sort();

describe("the words", () => {
  it("are the same in both languages", () => {
    expect(bases(russian)).toEqual(bases(english));
  });

  it("fill the same holes", () => {
    for (const [key, text] of russian) {
      const source = english.get(key) ?? english.get(key.replace(plural, "_other")) ?? "";
      expect(holes(text), key).toEqual(holes(source));
    }
  });

  it("are never empty", () => {
    for (const [key, text] of [...english, ...russian]) expect(text.trim(), key).not.toBe("");
  });

  it.each([
    ["en", english],
    ["ru", russian],
  ])("have every plural form that %s needs", (language, words) => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const counted = new Set([...words.keys()].filter((key) => plural.test(key)).map((key) => key.replace(plural, "")));
    expect(counted.size).toBeGreaterThan(3);
    for (const base of counted) {
      for (const form of forms) expect(words.has(`${base}_${form}`), `${base}_${form}`).toBe(true);
    }
  });

  it.each([
    [1, "1 заявка"],
    [2, "2 заявки"],
    [5, "5 заявок"],
    [11, "11 заявок"],
    [21, "21 заявка"],
    [104, "104 заявки"],
    [0, "0 заявок"],
  ])("count %i in Russian", (count, text) => {
    expect(i18n.getFixedT("ru")("tickets.shown", { count })).toBe(text);
  });

  it("count in English", () => {
    const t = i18n.getFixedT("en");
    expect([0, 1, 2].map((count) => t("calls.shown", { count }))).toEqual(["0 calls", "1 call", "2 calls"]);
  });

  it("take a caller's text as it is, whatever it looks like", () => {
    const who = "<b>$t(call.end)</b> {{ticket}} $t(app.name, {})";
    expect(i18n.getFixedT("en")("call.announceBare", { who })).toBe(`Incoming call from ${who}`);
  });

  it("set the language of the document", async () => {
    await i18n.changeLanguage("ru");
    expect(document.documentElement.lang).toBe("ru");
    await i18n.changeLanguage("en");
    expect(document.documentElement.lang).toBe("en");
  });
});

describe("formats", () => {
  it.each([
    [0, "0:00"],
    [7, "0:07"],
    [61, "1:01"],
    [3599.6, "1:00:00"],
    [3723, "1:02:03"],
    [-4, "0:00"],
  ])("%f seconds are %s", (seconds, text) => {
    expect(clock(seconds)).toBe(text);
  });

  it.each([
    [0, [1, "minute"]],
    [20, [1, "minute"]],
    [-20, [-1, "minute"]],
    [100, [2, "minute"]],
    [3600, [60, "minute"]],
    [7190, [2, "hour"]],
    [-200000, [-2, "day"]],
  ])("says %i seconds as a person would", (seconds, step) => {
    expect(stepOf(seconds)).toEqual(step);
  });

  it("says deadlines in the language", () => {
    const now = Date.parse("2026-03-02T10:00:00Z");
    expect(formats("en").relative("2026-03-02T10:20:00Z", now)).toContain("20 min");
    expect(formats("ru").relative("2026-03-02T12:00:00Z", now)).toContain("через 2 ч");
    expect(formats("ru").percent(0.797)).toMatch(/79,7\s%/);
  });

  it("prefers the person's own region", () => {
    expect(regional("en", ["ru-RU", "en-GB", "en"])).toBe("en-GB");
    expect(regional("en", ["de-DE"])).toBe("en");
  });

  it("reads titles that are kept per language", () => {
    expect(titled({ en: "Solved", ru: "Решено" }, "ru", "x")).toBe("Решено");
    expect(titled({ en: "Solved" }, "ru", "x")).toBe("Solved");
    expect(titled(undefined, "ru", "x")).toBe("x");
  });
});
