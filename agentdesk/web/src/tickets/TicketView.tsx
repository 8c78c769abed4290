// One ticket, on the desk or as a page of its own.
import { Alert } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Problem } from "../api/client";
import type { Ticket } from "../api/types";
import { Blank, Bones, Broken } from "../ui/Blank";
import { CommentBox } from "./CommentBox";
import { Promises } from "./Promises";
import { useTicket } from "./queries";
import { Recordings } from "./Recordings";
import { Subject } from "./Subject";
import { TicketFields } from "./TicketFields";
import { Timeline } from "./Timeline";
import classes from "./tickets.module.css";
import { useChange } from "./useChange";

export function TicketView({ number, page = false }: { number: number; page?: boolean }) {
  const { t } = useTranslation();
  const asked = useTicket(number);
  if (asked.data) return <Shown ticket={asked.data} page={page} />;
  if (asked.isPending) return <Bones rows={5} height={60} />;
  if (asked.error instanceof Problem && asked.error.status === 404) {
    return <Blank title={t("ticket.missing", { number })} text={t("ticket.missingText")} />;
  }
  return <Broken error={asked.error} retry={() => void asked.refetch()} />;
}

function Shown({ ticket, page }: { ticket: Ticket; page: boolean }) {
  const { t } = useTranslation();
  const { change, pending, conflict, settle } = useChange(ticket);
  const fieldName = conflict ? t(`timeline.fields.${conflict}` as "timeline.fields.state") : "";
  return (
    <article className={classes.ticket} aria-label={t("ticket.one", { number: ticket.number })} aria-busy={pending}>
      <Subject ticket={ticket} page={page} change={change} />
      {conflict && (
        <Alert
          color="orange"
          role="alert"
          title={t("ticket.conflict")}
          withCloseButton
          onClose={settle}
          closeButtonLabel={t("app.close")}
          data-testid="conflict"
        >
          {t("ticket.conflictText", { field: fieldName })}
        </Alert>
      )}
      <TicketFields ticket={ticket} change={change} />
      <Promises ticket={ticket} change={change} />
      {ticket.description && (
        <p className={`${classes.description} said`} dir="auto">
          {ticket.description}
        </p>
      )}
      <Recordings recordings={ticket.recordings ?? []} />
      <CommentBox number={ticket.number} />
      <Timeline number={ticket.number} queue={ticket.queue ?? ""} />
    </article>
  );
}
