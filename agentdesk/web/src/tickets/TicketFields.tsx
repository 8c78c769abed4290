import { Button, Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Priority, Ticket, TicketState } from "../api/types";
import { useUser } from "../app/useUser";
import { useAgents, useCategories } from "./queries";
import classes from "./tickets.module.css";
import type { Change } from "./useChange";
import { categoryTitle, nextStates, priorities } from "./words";

interface FieldsProps {
  ticket: Ticket;
  change(wish: Change): void;
}

export function TicketFields({ ticket, change }: FieldsProps) {
  const { t } = useTranslation();
  return (
    <div className={classes.fields}>
      <Select
        label={t("ticket.state")}
        data-testid="ticket-state"
        value={ticket.state}
        data={nextStates(ticket.state).map((state) => ({ value: state, label: t(`ticket.states.${state}`) }))}
        onChange={(state) => state && state !== ticket.state && change({ state: state as TicketState })}
      />
      <Select
        label={t("ticket.priority")}
        data-testid="ticket-priority"
        value={ticket.priority}
        data={priorities.map((priority) => ({ value: priority, label: t(`ticket.priorities.${priority}`) }))}
        onChange={(priority) => priority && priority !== ticket.priority && change({ priority: priority as Priority })}
      />
      <CategoryField ticket={ticket} change={change} />
      <AssigneeField ticket={ticket} change={change} />
    </div>
  );
}

function CategoryField({ ticket, change }: FieldsProps) {
  const { t, i18n } = useTranslation();
  const categories = useCategories().data;
  const now = ticket.category ?? "";
  const codes = (categories ?? []).map(({ code }) => code);
  const all = now && !codes.includes(now) ? [now, ...codes] : codes;
  const choices = all.map((code) => ({ value: code, label: categoryTitle(categories, code, i18n.language) }));
  return (
    <Select
      label={t("ticket.category")}
      data-testid="ticket-category"
      searchable
      value={now}
      data={[{ value: "", label: t("ticket.noCategory") }, ...choices]}
      onChange={(category) => (category ?? "") !== now && change({ category: category ?? "" })}
    />
  );
}

function AssigneeField({ ticket, change }: FieldsProps) {
  const { t } = useTranslation();
  const user = useUser();
  const agents = useAgents().data ?? [];
  const now = ticket.assignee ?? "";
  const people = [...agents];
  for (const username of [user.username, now]) {
    if (username && !people.some((person) => person.username === username)) {
      people.push({ username, name: username === user.username ? user.name : username, role: "agent" });
    }
  }
  return (
    <div className={classes.assignee}>
      <Select
        label={t("ticket.assignee")}
        data-testid="ticket-assignee"
        searchable
        value={now}
        data={[
          { value: "", label: t("ticket.nobody") },
          ...people.map(({ username, name }) => ({ value: username, label: name || username })),
        ]}
        onChange={(assignee) => (assignee ?? "") !== now && change({ assignee: assignee ?? "" })}
      />
      <Button
        variant="default"
        size="sm"
        disabled={now === user.username}
        onClick={() => change({ assignee: user.username })}
      >
        {t("ticket.toMe")}
      </Button>
    </div>
  );
}
