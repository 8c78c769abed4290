// The map of the page: every address and what stands there.
import { createRootRouteWithContext, createRoute, createRouter, Navigate } from "@tanstack/react-router";
import type { User } from "../api/types";
import { BoardPage } from "../board/BoardPage";
import { CallsPage } from "../calls/CallsPage";
import { DeskPage } from "../desk/DeskPage";
import { leads } from "../session/session";
import { TicketPage } from "../tickets/TicketPage";
import { TicketsPage } from "../tickets/TicketsPage";
import { Crash } from "./Crash";
import { Shell } from "./Shell";
import { UnknownPage } from "./UnknownPage";

const text = (value: unknown): string | undefined =>
  typeof value === "string" || typeof value === "number" ? String(value) : undefined;

const root = createRootRouteWithContext<{ user: User }>()({
  component: Shell,
  notFoundComponent: UnknownPage,
  errorComponent: Crash,
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: function Home() {
    const { user } = root.useRouteContext();
    return <Navigate to={leads(user) ? "/board" : "/desk"} replace />;
  },
});

const desk = createRoute({ getParentRoute: () => root, path: "/desk", component: DeskPage });
const board = createRoute({ getParentRoute: () => root, path: "/board", component: BoardPage });

export interface TicketSearch {
  q?: string;
  state?: string;
  assignee?: string;
  sort?: string;
  callback?: boolean;
  caller?: string;
}

const tickets = createRoute({
  getParentRoute: () => root,
  path: "/tickets",
  component: TicketsPage,
  validateSearch: (raw: Record<string, unknown>): TicketSearch => ({
    q: text(raw.q),
    state: text(raw.state),
    assignee: text(raw.assignee),
    sort: text(raw.sort),
    callback: raw.callback === true || raw.callback === "true" || undefined,
    caller: text(raw.caller),
  }),
});

const ticket = createRoute({ getParentRoute: () => root, path: "/tickets/$number", component: TicketPage });

export interface CallSearch {
  queue?: string;
  number?: string;
  agent?: string;
  ticket?: string;
}

const calls = createRoute({
  getParentRoute: () => root,
  path: "/calls",
  component: CallsPage,
  validateSearch: (raw: Record<string, unknown>): CallSearch => ({
    queue: text(raw.queue),
    number: text(raw.number),
    agent: text(raw.agent),
    ticket: text(raw.ticket),
  }),
});

export const router = createRouter({
  routeTree: root.addChildren([home, desk, board, tickets, ticket, calls]),
  context: { user: undefined as unknown as User },
  defaultErrorComponent: Crash,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
