// The shapes that the page reads, with the closed sets of words that it puts into languages; times are RFC 3339 text.
// agreed.ts holds them against the server's OpenAPI document.

export type Role = "agent" | "supervisor" | "admin";

export interface User {
  username: string;
  name: string;
  role: Role;
  language?: string;
  queues?: string[] | null;
  device?: string;
}

export type AgentState = "offline" | "ready" | "ringing" | "talking" | "hold" | "wrapup" | "pause";

export interface Presence {
  agent: string;
  state: AgentState;
  reason?: string;
  since: string;
  until?: string | null;
  call?: string;
  queues?: string[] | null;
  device?: string;
  next?: AgentState | "";
  next_reason?: string;
}

export type CallState =
  | "arrived"
  | "greeting"
  | "menu"
  | "waiting"
  | "offered"
  | "joining"
  | "talking"
  | "held"
  | "stranded"
  | "closed"
  | "recording"
  | "review"
  | "saving"
  | "calling"
  | "ended";

export type Outcome = "answered" | "abandoned" | "voicemail" | "callback" | "overflow" | "refused" | "failed";

export interface Caller {
  raw: string;
  number?: string;
  name?: string;
}

export interface Call {
  id: string;
  direction: "inbound" | "outbound";
  line: string;
  queue?: string;
  caller: Caller;
  state: CallState;
  ticket?: number;
  contact?: string;
  agent?: string;
  device?: string;
  arrived_at: string;
  queued_at?: string | null;
  answered_at?: string | null;
  ended_at?: string | null;
  outcome?: Outcome | "";
  reason?: string;
  waited_seconds?: number | null;
  talk_seconds?: number | null;
  hold_seconds?: number | null;
  recorded?: boolean;
  record_paused_at?: string | null;
  disposition?: string;
  note?: string;
}

export interface ContactRef {
  id: string | number;
  name: string;
  number?: string;
  organisation?: string;
}

export interface Contact {
  id: string;
  name: string;
  numbers?: string[] | null;
  email?: string;
  /** Its id in the register, its name in a pop or a ticket. */
  organisation?: string;
  organisation_name?: string;
  contract?: Contract | null;
}

export interface Contract {
  id?: string;
  organisation?: string;
  title?: string;
  priority_step?: number;
  first_response_seconds?: number;
  resolution_seconds?: number;
  starts?: string;
  ends?: string | null;
}

export type TicketState = "new" | "open" | "waiting_customer" | "waiting_vendor" | "solved" | "closed";
export type Priority = "urgent" | "high" | "normal" | "low";

export interface Recording {
  id: string;
  kind: "call" | "voicemail";
  seconds: number;
  speech_seconds?: number | null;
  started_at: string;
  state: "expected" | "kept" | "cut" | "lost";
  channels?: number;
}

export interface Ticket {
  number: number;
  version: number;
  subject: string;
  description?: string;
  state: TicketState;
  priority: Priority;
  category?: string;
  channel: string;
  caller?: string;
  caller_name?: string;
  contact?: ContactRef | null;
  line?: string;
  queue?: string;
  language?: string;
  calls?: string[] | null;
  assignee?: string;
  tier?: number;
  opened_at: string;
  updated_at: string;
  due_first_response_at?: string | null;
  first_response_at?: string | null;
  due_resolution_at?: string | null;
  solved_at?: string | null;
  closed_at?: string | null;
  callback_due_at?: string | null;
  callback_done_at?: string | null;
  recordings?: Recording[] | null;
}

export interface TimelineEntry {
  id: string | number;
  at: string;
  kind: string;
  actor?: string;
  call?: string;
  text?: string;
  data?: Record<string, unknown> | null;
}

export interface Page<T> {
  items: T[];
  next_cursor?: string;
}

export interface Peaks {
  seconds: number;
  channels: number;
  peaks: number[][];
}

export interface QueueBoard {
  name: string;
  title: string;
  waiting: number;
  longest_since?: string | null;
  offered: number;
  answered: number;
  abandoned: number;
  short_abandoned: number;
  within_target: number;
  service_level?: number | null;
  asa_seconds?: number | null;
  target_seconds?: number;
}

export interface WaitingCaller {
  call: string;
  ticket?: number;
  caller?: string;
  contact?: string;
  queue: string;
  line?: string;
  since: string;
  priority?: number;
  /** waiting; offered or joining while an agent's phone rings. */
  state?: CallState;
}

export interface AgentBoard {
  username: string;
  name: string;
  state: AgentState;
  reason?: string;
  since: string;
  until?: string | null;
  /** When a pause has lasted too long. */
  limit_at?: string | null;
  call?: string;
  queues?: string[] | null;
}

export interface Board {
  at: string;
  target_seconds: number;
  queues: QueueBoard[];
  waiting: WaitingCaller[];
  agents: AgentBoard[];
}

export interface BoardPatch {
  at?: string;
  queues?: QueueBoard[] | null;
  waiting?: WaitingCaller[] | null;
  waiting_removed?: string[] | null;
  agents?: AgentBoard[] | null;
  agents_removed?: string[] | null;
  /** Tickets that changed, or whose calls did. */
  tickets?: { number: number; version: number }[] | null;
}

/** Pop is everything that an agent needs to see before the phone rings. */
export interface Pop {
  call: Call;
  ticket?: Ticket | null;
  contact?: Contact | null;
  contract?: Contract | null;
  queue?: string;
  waited_ms?: number;
  history?: Ticket[] | null;
  similar?: Ticket[] | null;
  until?: string | null;
}

export interface Disposition {
  code: string;
  title: Record<string, string> | string;
}

export interface Category {
  code: string;
  title?: Record<string, string> | string;
}

export interface Quality {
  loss: number;
  jitter_ms: number;
  rtt_ms: number;
  mos: number;
}
