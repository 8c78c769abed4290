// Which promise of a ticket is the next one, and how it stands.
import type { Ticket } from "../api/types";

export type Promised = "callback" | "firstResponse" | "resolution";

export interface Due {
  what: Promised;
  at: string;
}

/** nextDue is the earliest promise that is not yet kept; null when all are, or none was made. */
export function nextDue(ticket: Ticket): Due | null {
  const open: Due[] = [];
  const add = (what: Promised, at: string | null | undefined, done: string | null | undefined) => {
    if (at && !done) open.push({ what, at });
  };
  add("callback", ticket.callback_due_at, ticket.callback_done_at);
  if (ticket.state !== "solved" && ticket.state !== "closed") {
    add("firstResponse", ticket.due_first_response_at, ticket.first_response_at);
    add("resolution", ticket.due_resolution_at, ticket.solved_at);
  }
  open.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return open[0] ?? null;
}

export type Urgency = "calm" | "warn" | "bad";

/** urgency of a deadline: past is bad, within half an hour is a warning. */
export function urgency(at: number, now: number): Urgency {
  if (at <= now) return "bad";
  return at - now < 30 * 60 * 1000 ? "warn" : "calm";
}
