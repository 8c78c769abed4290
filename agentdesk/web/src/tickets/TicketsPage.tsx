import { Button, Group, Table, Title } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Ticket } from "../api/types";
import { usePageTitle } from "../app/usePageTitle";
import { useUser } from "../app/useUser";
import { Blank, Bones, Broken } from "../ui/Blank";
import { When } from "../ui/Elapsed";
import { DuePill } from "./DuePill";
import { NewTicket } from "./NewTicket";
import { PriorityMark } from "./PriorityMark";
import { useAgents, useTickets } from "./queries";
import { StateMark } from "./StateMark";
import { TicketFilters } from "./TicketFilters";
import classes from "./tickets.module.css";
import { personOf, subjectOf } from "./words";

export const unsolved = "new,open,waiting_customer,waiting_vendor";

export function TicketsPage() {
  const { t } = useTranslation();
  usePageTitle(t("tickets.title"));
  const user = useUser();
  const search = useSearch({ from: "/tickets" });
  const [creating, setCreating] = useState(false);
  const found = useTickets({
    ...search,
    state: search.state === "unsolved" ? unsolved : search.state,
    assignee: search.assignee === "me" ? user.username : search.assignee,
  });
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  const counted = found.hasNextPage ? "tickets.shownMore" : "tickets.shown";
  return (
    <div className={classes.list}>
      <Group justify="space-between">
        <Title order={1}>{t("tickets.title")}</Title>
        <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
          {t("tickets.create")}
        </Button>
      </Group>
      <TicketFilters />
      <div className={classes.sheet} aria-busy={found.isFetching}>
        {found.isPending && <Bones rows={8} />}
        {found.isError && <Broken error={found.error} retry={() => void found.refetch()} />}
        {found.isSuccess && items.length === 0 && <NothingFound />}
        {items.length > 0 && <TicketTable items={items} />}
      </div>
      {found.isSuccess && (
        <Group>
          <span className={classes.soft} role="status">
            {t(counted, { count: items.length })}
          </span>
          {found.hasNextPage && (
            <Button
              variant="default"
              size="xs"
              loading={found.isFetchingNextPage}
              onClick={() => void found.fetchNextPage()}
            >
              {t("app.more")}
            </Button>
          )}
        </Group>
      )}
      <NewTicket open={creating} close={() => setCreating(false)} />
    </div>
  );
}

function NothingFound() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <Blank title={t("tickets.empty")} text={t("tickets.emptyText")}>
      <Button variant="default" size="xs" mt="xs" onClick={() => void navigate({ to: "/tickets", search: {} })}>
        {t("tickets.clear")}
      </Button>
    </Blank>
  );
}

function TicketTable({ items }: { items: Ticket[] }) {
  const { t } = useTranslation();
  return (
    <Table className={classes.table} highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={76}>{t("ticket.number")}</Table.Th>
          <Table.Th>{t("ticket.subject")}</Table.Th>
          <Table.Th w="18%">{t("ticket.caller")}</Table.Th>
          <Table.Th w={190}>{t("ticket.state")}</Table.Th>
          <Table.Th w={110}>{t("ticket.priority")}</Table.Th>
          <Table.Th w={120}>{t("ticket.assignee")}</Table.Th>
          <Table.Th w={160}>{t("ticket.due")}</Table.Th>
          <Table.Th w={150}>{t("ticket.opened")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.map((ticket) => (
          <TicketRow key={ticket.number} ticket={ticket} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function TicketRow({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const agents = useAgents().data;
  const assignee = agents?.find((agent) => agent.username === ticket.assignee)?.name ?? ticket.assignee;
  return (
    <Table.Tr>
      <Table.Td className="num">{ticket.number}</Table.Td>
      <Table.Td>
        <Link
          className={`${classes.rowLink} clip`}
          to="/tickets/$number"
          params={{ number: String(ticket.number) }}
          dir="auto"
        >
          {subjectOf(ticket, t)}
        </Link>
      </Table.Td>
      <Table.Td className="clip num" dir="auto">
        {personOf(ticket) || t("call.hidden")}
      </Table.Td>
      <Table.Td>
        <StateMark state={ticket.state} />
      </Table.Td>
      <Table.Td>
        <PriorityMark priority={ticket.priority} />
      </Table.Td>
      <Table.Td className="clip">{assignee || <span className={classes.soft}>{t("ticket.nobody")}</span>}</Table.Td>
      <Table.Td>
        <DuePill ticket={ticket} />
      </Table.Td>
      <Table.Td>
        <When at={ticket.opened_at} />
      </Table.Td>
    </Table.Tr>
  );
}
