// The floor, live: the numbers of each queue, who waits, who works. Every number opens the calls behind it.
import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { usePageTitle } from "../app/usePageTitle";
import { useFormats } from "../i18n/format";
import { useLive } from "../live/live";
import { Blank, Bones } from "../ui/Blank";
import { Pill } from "../ui/Pill";
import { AgentsTable } from "./AgentsTable";
import classes from "./board.module.css";
import { QueueTile } from "./QueueTile";
import { WaitingTable } from "./WaitingTable";

export function BoardPage() {
  const { t } = useTranslation();
  usePageTitle(t("board.title"));
  const board = useLive((state) => state.board);
  if (!board) return <Bones rows={6} height={70} />;
  return (
    <div className={classes.board}>
      <div className={classes.top}>
        <Title order={1}>{t("board.title")}</Title>
        <Freshness at={board.at} />
      </div>
      <section aria-label={t("board.queues")} className={classes.tiles}>
        {board.queues.length === 0 && <Blank title={t("board.emptyText")} />}
        {board.queues.map((queue) => (
          <QueueTile key={queue.name} queue={queue} target={board.target_seconds} />
        ))}
      </section>
      <div className={classes.tables}>
        <WaitingTable waiting={board.waiting} queues={board.queues} />
        <AgentsTable agents={board.agents} queues={board.queues} />
      </div>
    </div>
  );
}

/** Numbers that are no longer live must say so. */
function Freshness({ at }: { at: string }) {
  const { t } = useTranslation();
  const format = useFormats();
  const link = useLive((state) => state.link);
  if (link === "online") return null;
  return (
    <span role="status">
      <Pill tone="warn">{t("board.stale", { time: format.time(at) })}</Pill>
    </span>
  );
}
