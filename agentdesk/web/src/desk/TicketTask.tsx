import { useTranslation } from "react-i18next";
import type { Ticket } from "../api/types";
import { DuePill } from "../tickets/DuePill";
import { subjectOf } from "../tickets/words";
import classes from "./desk.module.css";
import { select } from "./selection";

export function TicketTask({ ticket, selected }: { ticket: Ticket; selected: boolean }) {
  const { t } = useTranslation();
  return (
    <button type="button" className={classes.task} aria-current={selected} onClick={() => select(ticket.number)}>
      <span className={classes.taskTop}>
        <span className="num">{ticket.number}</span>
        <span className="clip">{t(`ticket.states.${ticket.state}`)}</span>
        <DuePill ticket={ticket} />
      </span>
      <span className={`${classes.taskSubject} clip`} dir="auto">
        {subjectOf(ticket, t)}
      </span>
    </button>
  );
}
