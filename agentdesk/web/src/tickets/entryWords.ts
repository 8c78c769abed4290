// What an entry of the timeline says, put into the reader's language.
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Category, TimelineEntry } from "../api/types";
import { clock, type Formats, titled, useFormats } from "../i18n/format";
import { useAgents, useCategories, useDispositions } from "./queries";
import { categoryTitle } from "./words";

interface Difference {
  field: string;
  from: unknown;
  to: unknown;
}

const text = (value: unknown): string => (value === null || value === undefined ? "" : String(value));

function valueWords(
  t: TFunction,
  categories: Category[] | undefined,
  language: string,
  field: string,
  value: unknown,
): string {
  if (typeof value === "boolean") return t(value ? "timeline.yes" : "timeline.no");
  const raw = text(value);
  if (raw === "") return t(field === "assignee" ? "ticket.nobody" : "app.none");
  if (field === "state") return t(`ticket.states.${raw}` as "ticket.states.open", { defaultValue: raw });
  if (field === "priority") return t(`ticket.priorities.${raw}` as "ticket.priorities.low", { defaultValue: raw });
  if (field === "category") return categoryTitle(categories, raw, language);
  return raw;
}

/** Long texts and ids say nothing in a list of changes: only that they changed. */
const unsaid = new Set(["description", "contact"]);

function changeWords(t: TFunction, value: (field: string, of: unknown) => string, change: Difference): string {
  const field = t(`timeline.fields.${change.field}` as "timeline.fields.state", { defaultValue: change.field });
  if (unsaid.has(change.field)) return `${field}: ${t("timeline.new")}`;
  return t("timeline.change", { field, from: value(change.field, change.from), to: value(change.field, change.to) });
}

/** Names are how people and results are called: an account's name, a result's title. */
interface Names {
  person(username: string): string;
  result(code: string): string;
}

function factWords(t: TFunction, format: Formats, names: Names, data: Record<string, unknown>): string[] {
  const said: string[] = [];
  if (data.line) said.push(t("call.line", { line: text(data.line) }));
  if (data.outcome)
    said.push(
      t(`calls.outcomes.${text(data.outcome)}` as "calls.outcomes.failed", { defaultValue: text(data.outcome) }),
    );
  if (data.code) said.push(names.result(text(data.code)));
  if (data.digit) said.push(text(data.digit));
  if (data.agent) said.push(names.person(text(data.agent)));
  if (typeof data.seconds === "number" && data.seconds > 0) said.push(clock(data.seconds)); // 0: it still goes on
  if (typeof data.callback_due_at === "string")
    said.push(t("timeline.promised", { time: format.time(data.callback_due_at) }));
  return said.length > 0 ? [said.join(" · ")] : [];
}

export function useEntryWords(queue: string): (entry: TimelineEntry) => string[] {
  const { t, i18n } = useTranslation();
  const format = useFormats();
  const categories = useCategories().data;
  const agents = useAgents().data;
  const results = useDispositions(queue).data;
  const names: Names = {
    person: (username) => agents?.find((agent) => agent.username === username)?.name || username,
    result: (code) => titled(results?.find((result) => result.code === code)?.title, i18n.language, code),
  };
  const value = (field: string, of: unknown) =>
    field === "assignee" && of ? names.person(text(of)) : valueWords(t, categories, i18n.language, field, of);
  return (entry) => {
    const data = entry.data ?? {};
    const changes = Array.isArray(data.changes) ? (data.changes as Difference[]) : [];
    return [...changes.map((change) => changeWords(t, value, change)), ...factWords(t, format, names, data)];
  };
}
