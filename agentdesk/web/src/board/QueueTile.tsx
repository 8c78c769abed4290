import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { QueueBoard } from "../api/types";
import { clock, useFormats } from "../i18n/format";
import { secondsSince, useNow } from "../live/clock";
import { Pill } from "../ui/Pill";
import { BoardNumber } from "./BoardNumber";
import classes from "./board.module.css";

/** The goal that most centres agree on: 80 % in the target time. */
const goal = 0.8;

export function QueueTile({ queue, target }: { queue: QueueBoard; target: number }) {
  const { t } = useTranslation();
  return (
    <article className={classes.tile} data-testid={`board-queue-${queue.name}`} aria-label={queue.title || queue.name}>
      <header className={classes.tileHead}>
        <h2 className="clip">{queue.title || queue.name}</h2>
        <ServiceMark level={queue.service_level} />
      </header>
      <div className={classes.pair}>
        <BoardNumber queue={queue.name} number="waiting" label={t("board.waiting")} value={String(queue.waiting)} big />
        <Longest since={queue.waiting > 0 ? queue.longest_since : null} />
      </div>
      <ServiceLevel queue={queue} target={target} />
      <div className={classes.four}>
        <BoardNumber queue={queue.name} number="offered" label={t("board.offered")} value={String(queue.offered)} />
        <BoardNumber queue={queue.name} number="answered" label={t("board.answered")} value={String(queue.answered)} />
        <BoardNumber
          queue={queue.name}
          number="abandoned"
          label={t("board.abandoned")}
          value={String(queue.abandoned)}
          under={queue.short_abandoned > 0 ? t("board.shortAbandoned", { count: queue.short_abandoned }) : undefined}
        />
        <div className={classes.number} title={t("board.asaFormula")}>
          <span className={classes.label}>{t("board.asa")}</span>
          <span className={`${classes.value} num`}>
            {typeof queue.asa_seconds === "number" ? clock(queue.asa_seconds) : "–"}
          </span>
        </div>
      </div>
    </article>
  );
}

function Longest({ since }: { since: string | null | undefined }) {
  const { t } = useTranslation();
  const now = useNow();
  return (
    <div className={classes.number}>
      <span className={classes.label}>{t("board.longest")}</span>
      <span className={`${classes.value} ${classes.big} num`}>
        {since ? clock(secondsSince(Date.parse(since), now)) : <small>{t("board.nobodyWaits")}</small>}
      </span>
    </div>
  );
}

function ServiceLevel({ queue, target }: { queue: QueueBoard; target: number }) {
  const { t } = useTranslation();
  const format = useFormats();
  const known = typeof queue.service_level === "number";
  const { within_target: within, answered, abandoned } = queue;
  const seconds = queue.target_seconds ?? target;
  return (
    <div className={classes.service}>
      <div className={classes.serviceTop}>
        <BoardNumber
          queue={queue.name}
          number="within_target"
          label={t("board.serviceLevel")}
          value={known ? format.percent(queue.service_level as number) : "–"}
        />
        <div className={classes.formula}>
          <span>{t("board.formula", { target: seconds })}</span>
          <span className="num">
            {known ? `= ${t("board.formulaValue", { within, answered, abandoned })}` : t("board.noCalls")}
          </span>
        </div>
      </div>
      <div className={classes.gauge} aria-hidden data-good={known && (queue.service_level as number) >= goal}>
        <span style={{ width: `${known ? Math.round((queue.service_level as number) * 100) : 0}%` }} />
        <i style={{ left: `${goal * 100}%` }} />
      </div>
    </div>
  );
}

function ServiceMark({ level }: { level: number | null | undefined }) {
  const { t } = useTranslation();
  if (typeof level !== "number") return null;
  const good = level >= goal;
  return (
    <Pill tone={good ? "good" : "bad"} icon={good ? <IconCircleCheck size={13} /> : <IconAlertTriangle size={13} />}>
      {t(good ? "board.onTarget" : "board.belowTarget")}
    </Pill>
  );
}
