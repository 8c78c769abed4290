// Changing one field of a ticket: shown at once, taken back when the server refuses, and never over a colleague's change.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem, patch } from "../api/client";
import type { Ticket } from "../api/types";
import { wrong } from "../ui/notify";

export type Field = "subject" | "state" | "priority" | "category" | "assignee" | "tier";
export type Change = Partial<Pick<Ticket, Field>> & { callback_done?: boolean };

export function useChange(ticket: Ticket) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const key = ["ticket", ticket.number];
  const [conflict, setConflict] = useState<string | null>(null);

  const change = useMutation({
    mutationFn: (wish: Change) => patch<Ticket>(`/tickets/${ticket.number}`, { version: ticket.version, ...wish }),
    onMutate: async (wish) => {
      setConflict(null);
      await queries.cancelQueries({ queryKey: key });
      queries.setQueryData(key, { ...ticket, ...wish });
    },
    onSuccess: (changed) => {
      queries.setQueryData(key, changed);
      void queries.invalidateQueries({ queryKey: ["timeline", ticket.number] });
      void queries.invalidateQueries({ queryKey: ["tickets"] });
    },
    onError: (err, wish) => {
      queries.setQueryData(key, ticket);
      void queries.invalidateQueries({ queryKey: key });
      void queries.invalidateQueries({ queryKey: ["timeline", ticket.number] });
      const field = Object.keys(wish)[0] ?? "";
      if (err instanceof Problem && (err.status === 409 || err.status === 412)) return setConflict(field);
      wrong(t("ticket.failed"), err.message);
    },
  });

  return { change: change.mutate, pending: change.isPending, conflict, settle: () => setConflict(null) };
}
