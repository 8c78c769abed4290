// Who is on the line: the same head on an offered, a running and a finished call.
import { IconBuilding, IconPhoneIncoming, IconPhoneOutgoing, IconTicket } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { clock } from "../i18n/format";
import { useLive } from "../live/live";
import type { DeskCall } from "../live/state";
import classes from "./desk.module.css";
import { callerName, callerNumber } from "./who";

export function CallHead({ call, children }: { call: DeskCall; children?: ReactNode }) {
  const { t } = useTranslation();
  const { pop } = call;
  const outbound = pop.call.direction === "outbound";
  const name = callerName(pop.call, pop);
  const number = callerNumber(pop.call);
  const ticket = pop.ticket ?? null;
  const queue = pop.queue ?? pop.call.queue ?? "";
  const title = useLive((state) => state.board?.queues.find((known) => known.name === queue)?.title ?? queue);
  const organisation = ticket?.contact?.organisation;
  const waited = (pop.waited_ms ?? 0) >= 1000 ? t("call.waited", { time: clock((pop.waited_ms ?? 0) / 1000) }) : "";
  return (
    <div className={classes.head}>
      <span className={classes.direction} aria-hidden>
        {outbound ? <IconPhoneOutgoing size={22} /> : <IconPhoneIncoming size={22} />}
      </span>
      <div className={classes.who}>
        <div className={classes.name}>
          <strong className="clip" dir="auto">
            {name ?? t("call.hidden")}
          </strong>
          {children}
        </div>
        <div className={classes.about}>
          {number && number !== name && <span className="num">{number}</span>}
          {organisation && (
            <span className="clip" dir="auto">
              <IconBuilding size={13} aria-hidden /> {organisation}
            </span>
          )}
          <span className="clip">
            {[title || t("call.line", { line: pop.call.line }), waited].filter(Boolean).join(" · ")}
          </span>
        </div>
        {(ticket || pop.call.ticket) && (
          <div className={classes.about}>
            <IconTicket size={14} aria-hidden />
            <span className="num" data-testid="ticket-number">
              {ticket?.number ?? pop.call.ticket}
            </span>
            <span className="clip" dir="auto">
              {ticket?.subject}
            </span>
          </div>
        )}
      </div>
    </div>
  );
}
