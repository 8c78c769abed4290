import { Checkbox, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { TicketSearch } from "../app/routes";
import { useAgents } from "./queries";
import classes from "./tickets.module.css";
import { ticketStates } from "./words";

const sorts = [
  ["", "newest"],
  ["due_resolution_at", "due"],
  ["priority", "priority"],
  ["-updated_at", "updated"],
] as const;

/** The filters are the address: a filtered list can be sent to a colleague. */
export function TicketFilters() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/tickets" });
  const navigate = useNavigate({ from: "/tickets" });
  const agents = useAgents().data ?? [];
  const narrow = (change: TicketSearch) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  return (
    <search className={classes.filters}>
      <Search value={search.q ?? ""} change={(q) => narrow({ q: q || undefined })} />
      <Select
        aria-label={t("tickets.filterState")}
        value={search.state ?? ""}
        onChange={(state) => narrow({ state: state || undefined })}
        data={[
          { value: "", label: t("tickets.anyState") },
          { value: "unsolved", label: t("tickets.unsolved") },
          ...ticketStates.map((state) => ({ value: state, label: t(`ticket.states.${state}`) })),
        ]}
      />
      <Select
        aria-label={t("tickets.filterAssignee")}
        value={search.assignee ?? ""}
        onChange={(assignee) => narrow({ assignee: assignee || undefined })}
        data={[
          { value: "", label: t("tickets.anyone") },
          { value: "me", label: t("tickets.me") },
          ...agents.map(({ username, name }) => ({ value: username, label: name || username })),
        ]}
      />
      <Select
        aria-label={t("tickets.sort")}
        value={search.sort ?? ""}
        onChange={(sort) => narrow({ sort: sort || undefined })}
        data={sorts.map(([value, name]) => ({ value, label: t(`tickets.sorts.${name}`) }))}
      />
      <Checkbox
        label={t("tickets.callbackOnly")}
        checked={search.callback ?? false}
        onChange={(event) => narrow({ callback: event.currentTarget.checked || undefined })}
      />
    </search>
  );
}

function Search({ value, change }: { value: string; change(text: string): void }) {
  const { t } = useTranslation();
  const [text, setText] = useState(value);
  const later = useDebouncedCallback(change, 250);
  return (
    <TextInput
      type="search"
      className={classes.search}
      leftSection={<IconSearch size={16} />}
      aria-label={t("tickets.search")}
      placeholder={t("tickets.search")}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        later(event.currentTarget.value.trim());
      }}
    />
  );
}
