// How tickets and their parts are put into words.
import type { TFunction } from "i18next";
import type { Category, Ticket, TicketState } from "../api/types";
import { titled } from "../i18n/format";

export const ticketStates: TicketState[] = ["new", "open", "waiting_customer", "waiting_vendor", "solved", "closed"];
export const priorities = ["urgent", "high", "normal", "low"] as const;

const follows: Record<TicketState, TicketState[]> = {
  new: ["open", "waiting_customer", "waiting_vendor", "solved", "closed"],
  open: ["waiting_customer", "waiting_vendor", "solved", "closed"],
  waiting_customer: ["open", "waiting_vendor", "solved", "closed"],
  waiting_vendor: ["open", "waiting_customer", "solved", "closed"],
  solved: ["open", "closed"],
  closed: [],
};

/** nextStates are the state itself and those that may follow it. The server decides; this only spares a refusal. */
export const nextStates = (state: TicketState): TicketState[] => [state, ...(follows[state] ?? [])];

export const subjectOf = (ticket: Ticket, t: TFunction): string => ticket.subject || t("ticket.noSubject");

/** personOf names who the ticket is about: the contact, the trunk's name, the number, or nothing. */
export const personOf = (ticket: Ticket): string => ticket.contact?.name || ticket.caller_name || ticket.caller || "";

export function categoryTitle(categories: Category[] | undefined, code: string | undefined, language: string): string {
  const found = categories?.find((category) => category.code === code);
  return found ? titled(found.title, language, found.code) : (code ?? "");
}
