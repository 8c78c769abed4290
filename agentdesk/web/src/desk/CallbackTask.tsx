import { ActionIcon, Tooltip } from "@mantine/core";
import { IconPhoneOutgoing, IconRecordMail } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Ticket } from "../api/types";
import { useLive } from "../live/live";
import { current } from "../live/state";
import { Due } from "../tickets/DuePill";
import { personOf, subjectOf } from "../tickets/words";
import { dial } from "./actions";
import classes from "./desk.module.css";
import { select } from "./selection";

/** CallbackTask is a promise to call somebody: whom, by when, and the button that keeps it. */
export function CallbackTask({ ticket, selected }: { ticket: Ticket; selected: boolean }) {
  const { t } = useTranslation();
  const voicemail = ticket.recordings?.some((recording) => recording.kind === "voicemail") ?? true;
  const number = ticket.caller ?? "";
  const busy = useLive((state) => state.link !== "online" || !state.presence || current(state) !== null);
  const dialable = /^\+?\d{3,}$/.test(number);
  return (
    <div className={classes.callback}>
      <button type="button" className={classes.task} aria-current={selected} onClick={() => select(ticket.number)}>
        <span className={classes.taskTop}>
          {voicemail && <IconRecordMail size={14} aria-label={t("tasks.voicemail")} />}
          <span className="num">{ticket.number}</span>
          <Due at={ticket.callback_due_at} />
        </span>
        <span className={`${classes.taskSubject} clip`} dir="auto">
          {personOf(ticket) || t("call.hidden")}
        </span>
        <span className={`${classes.taskAbout} clip`} dir="auto">
          {subjectOf(ticket, t)}
        </span>
      </button>
      {dialable && (
        <Tooltip label={`${t("call.dial")}: ${number}`}>
          <ActionIcon
            size="lg"
            variant="light"
            disabled={busy}
            aria-label={`${t("call.dial")}: ${number}`}
            onClick={() => {
              select(ticket.number);
              void dial(number, ticket.number);
            }}
          >
            <IconPhoneOutgoing size={17} />
          </ActionIcon>
        </Tooltip>
      )}
    </div>
  );
}
