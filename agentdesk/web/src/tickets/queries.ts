// What the page asks the server about tickets and people. One key per thing, so that a change refreshes every place that shows it.
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { get, list, query } from "../api/client";
import type { Category, Contact, Disposition, Ticket, TimelineEntry, User } from "../api/types";

export interface TicketFilter {
  q?: string;
  state?: string;
  assignee?: string;
  sort?: string;
  queue?: string;
  caller?: string;
  contact?: string;
  callback?: boolean;
  limit?: number;
}

export const useTickets = (filter: TicketFilter) =>
  useInfiniteQuery({
    queryKey: ["tickets", filter],
    queryFn: ({ pageParam }) =>
      list<Ticket>(`/tickets${query({ ...filter, limit: filter.limit ?? 50, cursor: pageParam })}`),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor || undefined,
    placeholderData: keepPreviousData,
  });

export const useTicket = (number: number) =>
  useQuery({ queryKey: ["ticket", number], queryFn: () => get<Ticket>(`/tickets/${number}`) });

export const useTimeline = (number: number) =>
  useQuery({
    queryKey: ["timeline", number],
    queryFn: async () => (await list<TimelineEntry>(`/tickets/${number}/timeline`)).items,
  });

export const useSimilar = (number: number, known?: Ticket[]) =>
  useQuery({
    queryKey: ["similar", number],
    queryFn: async () => (await list<Ticket>(`/tickets/${number}/similar`)).items,
    placeholderData: known,
    staleTime: 60_000,
  });

export const useContact = (id: string | undefined, known?: Contact) =>
  useQuery({
    queryKey: ["contact", id],
    queryFn: () => get<Contact>(`/contacts/${id}`),
    enabled: id !== undefined,
    placeholderData: known,
    staleTime: 60_000,
  });

/** useHistory is what else the same person came with: by contact, else by number. */
export function useHistory(ticket: Ticket | undefined, known?: Ticket[]) {
  const contact = ticket?.contact ? String(ticket.contact.id) : undefined;
  const caller = contact ? undefined : ticket?.caller || undefined;
  return useQuery({
    queryKey: ["tickets", "history", contact ?? caller],
    queryFn: async () => (await list<Ticket>(`/tickets${query({ contact, caller, limit: 10 })}`)).items,
    enabled: Boolean(contact || caller),
    placeholderData: known,
  });
}

/** useDispositions are the results that calls of a queue may have. */
export const useDispositions = (queue: string) =>
  useQuery({
    queryKey: ["dispositions", queue],
    queryFn: async () => (await list<Disposition>(`/queues/${encodeURIComponent(queue)}/dispositions`)).items,
    enabled: queue !== "",
    staleTime: 300_000,
  });

export const useCategories = () =>
  useQuery({
    queryKey: ["categories"],
    queryFn: async () => (await list<Category>("/categories")).items,
    staleTime: 300_000,
  });

export const useAgents = () =>
  useQuery({
    queryKey: ["agents"],
    queryFn: async () => (await list<User>("/agents")).items,
    staleTime: 300_000,
  });
