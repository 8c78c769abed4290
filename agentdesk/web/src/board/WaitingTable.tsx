import { Table } from "@mantine/core";
import { IconPhoneCall } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { QueueBoard, WaitingCaller } from "../api/types";
import { Elapsed } from "../ui/Elapsed";
import { Pill } from "../ui/Pill";
import classes from "./board.module.css";

interface WaitingProps {
  waiting: WaitingCaller[];
  queues: QueueBoard[];
}

/** Who has waited longest stands first. */
const byWait = (a: WaitingCaller, b: WaitingCaller) => Date.parse(a.since) - Date.parse(b.since);

export function WaitingTable({ waiting, queues }: WaitingProps) {
  const { t } = useTranslation();
  const title = (name: string) => queues.find((queue) => queue.name === name)?.title || name;
  return (
    <section className={classes.panel} data-testid="board-waiting" aria-label={t("board.callers")}>
      <h2>
        {t("board.callers")} <small className="num">{waiting.length}</small>
      </h2>
      {waiting.length === 0 ? (
        <p className={classes.none}>{t("board.noCallers")}</p>
      ) : (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("board.caller")}</Table.Th>
              <Table.Th>{t("calls.queue")}</Table.Th>
              <Table.Th>{t("board.ticket")}</Table.Th>
              <Table.Th ta="right">{t("board.wait")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {[...waiting].sort(byWait).map((caller) => (
              <Table.Tr key={caller.call} data-call={caller.call}>
                <Table.Td dir="auto">
                  <span className={classes.caller}>{caller.contact || caller.caller || t("call.hidden")}</span>
                  {caller.contact && caller.caller && <small className="num">{caller.caller}</small>}
                </Table.Td>
                <Table.Td>
                  {title(caller.queue)}{" "}
                  {(caller.state === "offered" || caller.state === "joining") && (
                    <Pill tone="warn" icon={<IconPhoneCall size={13} />}>
                      {t("state.ringing")}
                    </Pill>
                  )}
                </Table.Td>
                <Table.Td className="num">
                  {caller.ticket ? (
                    <Link to="/tickets/$number" params={{ number: String(caller.ticket) }}>
                      {caller.ticket}
                    </Link>
                  ) : (
                    "–"
                  )}
                </Table.Td>
                <Table.Td ta="right">
                  <Elapsed since={caller.since} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </section>
  );
}
