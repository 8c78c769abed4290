// Dates, durations and shares in the chosen language.
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

const two = (n: number) => String(n).padStart(2, "0");

/** clock writes seconds as 0:07, 12:34 or 1:02:03: the same in every language. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const h = Math.floor(whole / 3600);
  const m = Math.floor(whole / 60) % 60;
  return h > 0 ? `${h}:${two(m)}:${two(whole % 60)}` : `${m}:${two(whole % 60)}`;
}

/** stepOf says a span as a person would: minutes up to an hour and a half, hours up to a day and a half, then days. */
export function stepOf(seconds: number): [number, "day" | "hour" | "minute"] {
  const size = Math.abs(seconds);
  if (size >= 36 * 3600) return [Math.round(seconds / 86400), "day"];
  if (size >= 90 * 60) return [Math.round(seconds / 3600), "hour"];
  return [Math.round(seconds / 60) || Math.sign(seconds) || 1, "minute"];
}

export interface Formats {
  /** "14:05", and the day before it when it is not today. */
  time(at: string | number): string;
  /** The full date and time. */
  full(at: string | number): string;
  date(at: string | number): string;
  /** "in 20 minutes", "3 hours ago". */
  relative(at: string | number, now: number): string;
  /** "20 min", "3 h", "2 days" without direction. */
  span(seconds: number): string;
  percent(share: number): string;
  number(value: number, digits?: number): string;
}

export function formats(language: string): Formats {
  const hour = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const full = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" });
  const date = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "always", style: "short" });
  const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
  const unit = (name: string) => new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "short" });
  const units = { day: unit("day"), hour: unit("hour"), minute: unit("minute") };
  return {
    time(at) {
      const when = new Date(at);
      return when.toDateString() === new Date().toDateString() ? hour.format(when) : day.format(when);
    },
    full: (at) => full.format(new Date(at)),
    date: (at) => date.format(new Date(at)),
    relative(at, now) {
      const [value, name] = stepOf((new Date(at).getTime() - now) / 1000);
      return relative.format(value, name);
    },
    span(seconds) {
      const [value, name] = stepOf(Math.abs(seconds));
      return units[name].format(value);
    },
    percent: (share) => percent.format(share),
    number: (value, digits = 0) => value.toLocaleString(language, { maximumFractionDigits: digits }),
  };
}

/** regional prefers the person's own region of a language: "en" becomes "en-GB" where the browser says so. */
export const regional = (language: string, wishes: readonly string[] = navigator.languages ?? []) =>
  wishes.find((wish) => wish.startsWith(`${language}-`)) ?? language;

export function useFormats(): Formats {
  const { i18n } = useTranslation();
  return useMemo(() => formats(regional(i18n.language)), [i18n.language]);
}

/** titled reads a text that the server keeps per language. */
export function titled(title: Record<string, string> | string | undefined, language: string, fallback: string): string {
  if (!title) return fallback;
  if (typeof title === "string") return title;
  return title[language] || title.en || fallback;
}
