// The page and the server agree: a field that the page reads and the server's OpenAPI document does not have is an error
// of the build. schema.gen.ts is made from the document by `npm run types`.
import type { components } from "./schema.gen";
import type * as page from "./types";

type Server = components["schemas"];

/** Unknown names the fields of A that B lacks, as "ticket.field". */
type Unknown<Name extends string, A, B> = `${Name}.${string & Exclude<keyof A, keyof B>}`;

type Disagreement =
  | Unknown<"ticket", page.Ticket, Server["TicketView"]>
  | Unknown<"call", page.Call, Server["Call"]>
  | Unknown<"presence", page.Presence, Server["Presence"]>
  | Unknown<"recording", page.Recording, Server["Recording"]>
  | Unknown<"contact", page.Contact, Server["ContactView"]>
  | Unknown<"contract", page.Contract, Server["Contract"]>
  | Unknown<"user", page.User, Server["User"]>
  | Unknown<"board", page.Board, Server["BoardView"]>
  | Unknown<"queue", page.QueueBoard, Server["QueueView"]>
  | Unknown<"waiting", page.WaitingCaller, Server["WaitingView"]>
  | Unknown<"agent", page.AgentBoard, Server["AgentView"]>
  | Unknown<"entry", page.TimelineEntry, Server["Moment"]>
  | Unknown<"peaks", page.Peaks, Server["PeaksView"]>
  | Unknown<"disposition", page.Disposition, Server["Disposition"]>
  | Unknown<"category", page.Category, Server["Category"]>;

export const disagreements: Record<Disagreement, never> = {};
