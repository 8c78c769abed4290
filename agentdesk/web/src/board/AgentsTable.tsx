import { Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { AgentBoard, AgentState, QueueBoard } from "../api/types";
import { reasonText } from "../desk/reason";
import { StatePill } from "../desk/StatePill";
import { Elapsed } from "../ui/Elapsed";
import classes from "./board.module.css";
import { OverLimit } from "./OverLimit";

interface AgentsProps {
  agents: AgentBoard[];
  queues: QueueBoard[];
}

const order: AgentState[] = ["ringing", "talking", "hold", "wrapup", "ready", "pause", "offline"];

const byState = (a: AgentBoard, b: AgentBoard) =>
  order.indexOf(a.state) - order.indexOf(b.state) || a.username.localeCompare(b.username, undefined, { numeric: true });

/** counts is how many agents are in each state, in the order of the table. */
export function counts(agents: AgentBoard[]): [AgentState, number][] {
  return order
    .map((state): [AgentState, number] => [state, agents.filter((agent) => agent.state === state).length])
    .filter(([, count]) => count > 0);
}

export function AgentsTable({ agents, queues }: AgentsProps) {
  const { t } = useTranslation();
  const title = (name: string) => queues.find((queue) => queue.name === name)?.title || name;
  return (
    <section className={classes.panel} data-testid="board-agents" aria-label={t("board.agents")}>
      <h2>
        {t("board.agents")} <small className="num">{agents.length}</small>
        <span className={classes.states}>
          {counts(agents).map(([state, count]) => (
            <span key={state} className={classes.stateCount}>
              <StatePill state={state} /> <b className="num">{count}</b>
            </span>
          ))}
        </span>
      </h2>
      {agents.length === 0 ? (
        <p className={classes.none}>{t("board.noAgents")}</p>
      ) : (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("board.agent")}</Table.Th>
              <Table.Th>{t("board.state")}</Table.Th>
              <Table.Th>{t("board.reason")}</Table.Th>
              <Table.Th>{t("board.queueNames")}</Table.Th>
              <Table.Th ta="right">{t("board.since")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {[...agents].sort(byState).map((agent) => (
              <Table.Tr key={agent.username} data-agent={agent.username} data-state={agent.state}>
                <Table.Td>
                  <span className={classes.caller}>{agent.name || agent.username}</span>
                </Table.Td>
                <Table.Td>
                  <StatePill state={agent.state} />
                </Table.Td>
                <Table.Td>
                  {reasonText(t, agent.reason) || "–"} <OverLimit at={agent.limit_at} />
                </Table.Td>
                <Table.Td>{(agent.queues ?? []).map(title).join(", ") || "–"}</Table.Td>
                <Table.Td ta="right">
                  <Elapsed since={agent.since} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </section>
  );
}
