// What was promised for this ticket and how it stands, and the plain facts of where it came from.
import { Button } from "@mantine/core";
import { IconCheck, IconPhoneOutgoing } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Ticket } from "../api/types";
import { dial } from "../desk/actions";
import { useLive } from "../live/live";
import { current } from "../live/state";
import { When } from "../ui/Elapsed";
import { Pill } from "../ui/Pill";
import { Due } from "./DuePill";
import classes from "./tickets.module.css";
import type { Change } from "./useChange";
import { personOf } from "./words";

export function Promises({ ticket, change }: { ticket: Ticket; change(wish: Change): void }) {
  const { t } = useTranslation();
  const ended = ticket.solved_at ?? ticket.closed_at;
  const promised = ticket.callback_due_at && !ticket.callback_done_at;
  return (
    <dl className={classes.facts}>
      <dt>{t("ticket.caller")}</dt>
      <dd className={classes.caller}>
        <span dir="auto">{personOf(ticket) || t("call.hidden")}</span>
        <DialButton ticket={ticket} />
      </dd>
      <dt>{t("ticket.opened")}</dt>
      <dd>
        <When at={ticket.opened_at} /> · {t(`ticket.channels.${ticket.channel}`, { defaultValue: ticket.channel })}
        {ticket.line && ` · ${t("call.line", { line: ticket.line })}`}
      </dd>
      <Promised name={t("due.firstResponse")} due={ticket.due_first_response_at} done={ticket.first_response_at} />
      <Promised name={t("due.resolution")} due={ticket.due_resolution_at} done={ended} />
      <Promised name={t("due.callback")} due={ticket.callback_due_at} done={ticket.callback_done_at}>
        {promised && (
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconCheck size={13} />}
            onClick={() => change({ callback_done: true })}
          >
            {t("timeline.fields.callback_done")}
          </Button>
        )}
      </Promised>
    </dl>
  );
}

interface PromisedProps {
  name: string;
  due?: string | null;
  done?: string | null;
  children?: React.ReactNode;
}

function Promised({ name, due, done, children }: PromisedProps) {
  const { t } = useTranslation();
  if (!due) return null;
  const late = done ? Date.parse(done) > Date.parse(due) : false;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <When at={due} />{" "}
        {done ? (
          <Pill tone={late ? "bad" : "good"}>{t(late ? "due.late" : "due.met")}</Pill>
        ) : (
          <Due at={due} what={name} />
        )}{" "}
        {children}
      </dd>
    </>
  );
}

function DialButton({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const free = useLive((state) => state.link === "online" && state.presence !== null && current(state) === null);
  const on = useLive((state) => state.presence !== null);
  const number = ticket.caller ?? "";
  if (!on || !/^\+?\d{3,}$/.test(number)) return null;
  return (
    <Button
      size="compact-sm"
      variant="light"
      leftSection={<IconPhoneOutgoing size={14} />}
      disabled={!free}
      onClick={() => void dial(number, ticket.number)}
    >
      {ticket.callback_due_at && !ticket.callback_done_at ? t("call.dial") : t("call.dialNumber", { number })}
    </Button>
  );
}
