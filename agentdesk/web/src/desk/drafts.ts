// Unfinished texts: the wrap-up of a call and the comment on a ticket. Kept in this browser until they are sent.
import { createStore } from "zustand/vanilla";
import { forget, remember, remembered, rememberedNames } from "../session/local";

export interface WrapupDraft {
  disposition: string;
  note: string;
  at: number;
}

const keepFor = 7 * 24 * 3600 * 1000;
const blank: WrapupDraft = { disposition: "", note: "", at: 0 };

export const wrapups = createStore<Record<string, WrapupDraft>>(() => ({}));

function parsed(text: string | null): WrapupDraft | null {
  try {
    return text ? { ...blank, ...(JSON.parse(text) as Partial<WrapupDraft>) } : null;
  } catch {
    return null;
  }
}

export function wrapupDraft(call: string): WrapupDraft {
  return wrapups.getState()[call] ?? parsed(remembered(`wrapup.${call}`)) ?? blank;
}

export function draftWrapup(call: string, change: Partial<WrapupDraft>): void {
  const draft = { ...wrapupDraft(call), ...change, at: Date.now() };
  remember(`wrapup.${call}`, JSON.stringify(draft));
  wrapups.setState({ [call]: draft });
}

export function dropWrapup(call: string): void {
  forget(`wrapup.${call}`);
  const { [call]: _, ...rest } = wrapups.getState();
  wrapups.setState(rest, true);
}

/** tidyDrafts forgets wrap-ups that nobody will finish any more. */
export function tidyDrafts(now = Date.now()): void {
  for (const name of rememberedNames("wrapup.")) {
    const draft = parsed(remembered(name));
    if (!draft || now - draft.at > keepFor) forget(name);
  }
}

export const commentDraft = (ticket: number) => remembered(`comment.${ticket}`) ?? "";

export function draftComment(ticket: number, text: string): void {
  if (text) remember(`comment.${ticket}`, text);
  else forget(`comment.${ticket}`);
}
