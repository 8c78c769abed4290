// Calls, newest first; with a queue and a number in the address: exactly the calls that the board counted.
import { Button, Group, Select, Table, Title } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { list, query } from "../api/client";
import type { Call } from "../api/types";
import type { CallSearch } from "../app/routes";
import { usePageTitle } from "../app/usePageTitle";
import { callerName } from "../desk/who";
import { clock } from "../i18n/format";
import { useLive } from "../live/live";
import { useAgents } from "../tickets/queries";
import classes from "../tickets/tickets.module.css";
import { Blank, Bones, Broken } from "../ui/Blank";
import { When } from "../ui/Elapsed";
import { OutcomeMark } from "./OutcomeMark";

const numbers = ["offered", "answered", "within_target", "abandoned", "short_abandoned", "waiting"] as const;

const useCalls = (search: CallSearch) =>
  useInfiniteQuery({
    queryKey: ["calls", search],
    queryFn: ({ pageParam }) => list<Call>(`/calls${query({ ...search, limit: 50, cursor: pageParam })}`),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor || undefined,
    placeholderData: keepPreviousData,
    staleTime: 0, // the numbers of the board move: a click on one asks anew
  });

export function CallsPage() {
  const { t } = useTranslation();
  usePageTitle(t("calls.title"));
  const search = useSearch({ from: "/calls" });
  const found = useCalls(search);
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className={classes.list}>
      <Title order={1}>{t(search.number ? "calls.behind" : "calls.title")}</Title>
      <CallFilters search={search} />
      <div className={classes.sheet} aria-busy={found.isFetching}>
        {found.isPending && <Bones rows={8} />}
        {found.isError && <Broken error={found.error} retry={() => void found.refetch()} />}
        {found.isSuccess && items.length === 0 && <Blank title={t("calls.empty")} text={t("calls.emptyText")} />}
        {items.length > 0 && <CallTable items={items} />}
      </div>
      {found.isSuccess && (
        <Group>
          <span className={classes.soft} role="status" data-testid="calls-shown">
            {t(found.hasNextPage ? "calls.shownMore" : "calls.shown", { count: items.length })}
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
    </div>
  );
}

function CallFilters({ search }: { search: CallSearch }) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: "/calls" });
  const queues = useLive((state) => state.board?.queues) ?? [];
  const narrow = (change: CallSearch) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  const names = queues.map(({ name, title }) => ({ value: name, label: title || name }));
  if (search.queue && !names.some(({ value }) => value === search.queue)) {
    names.push({ value: search.queue, label: search.queue });
  }
  return (
    <search className={classes.filters}>
      <Select
        aria-label={t("calls.queue")}
        value={search.queue ?? ""}
        data={[{ value: "", label: t("calls.allQueues") }, ...names]}
        onChange={(queue) => narrow({ queue: queue || undefined })}
      />
      <Select
        aria-label={t("calls.outcome")}
        value={search.number ?? ""}
        data={[
          { value: "", label: t("calls.allNumbers") },
          ...numbers.map((number) => ({ value: number, label: t(`calls.numbers.${number}`) })),
        ]}
        onChange={(number) => narrow({ number: number || undefined })}
      />
    </search>
  );
}

const span = (seconds: number | null | undefined) => (typeof seconds === "number" ? clock(seconds) : "–");

function CallTable({ items }: { items: Call[] }) {
  const { t } = useTranslation();
  const agents = useAgents().data;
  const queues = useLive((state) => state.board?.queues);
  const person = (username?: string) => agents?.find((agent) => agent.username === username)?.name || username || "–";
  const queue = (name?: string) => queues?.find((known) => known.name === name)?.title || name || "–";
  return (
    <Table className={classes.table} highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={130}>{t("calls.time")}</Table.Th>
          <Table.Th>{t("calls.caller")}</Table.Th>
          <Table.Th w="14%">{t("calls.queue")}</Table.Th>
          <Table.Th w="14%">{t("calls.agent")}</Table.Th>
          <Table.Th w={220}>{t("calls.outcome")}</Table.Th>
          <Table.Th w={80} ta="right">
            {t("calls.waited")}
          </Table.Th>
          <Table.Th w={80} ta="right">
            {t("calls.talk")}
          </Table.Th>
          <Table.Th w={90}>{t("calls.ticket")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.map((call) => (
          <Table.Tr key={call.id} data-call={call.id}>
            <Table.Td>
              <When at={call.arrived_at} />
            </Table.Td>
            <Table.Td className="clip num" dir="auto">
              {callerName(call) ?? t("call.hidden")}
            </Table.Td>
            <Table.Td className="clip">{queue(call.queue)}</Table.Td>
            <Table.Td className="clip">{person(call.agent)}</Table.Td>
            <Table.Td>
              <OutcomeMark call={call} />
            </Table.Td>
            <Table.Td ta="right" className="num">
              {span(call.waited_seconds)}
            </Table.Td>
            <Table.Td ta="right" className="num">
              {span(call.talk_seconds)}
            </Table.Td>
            <Table.Td className="num">
              {call.ticket ? (
                <Link to="/tickets/$number" params={{ number: String(call.ticket) }}>
                  {call.ticket}
                </Link>
              ) : (
                "–"
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
