import { ActionIcon, Button, TextInput, Tooltip } from "@mantine/core";
import { IconExternalLink, IconLink, IconPencil } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Ticket } from "../api/types";
import { done } from "../ui/notify";
import classes from "./tickets.module.css";
import type { Change } from "./useChange";
import { subjectOf } from "./words";

interface SubjectProps {
  ticket: Ticket;
  page: boolean;
  change(wish: Change): void;
}

export function Subject({ ticket, page, change }: SubjectProps) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState(false);
  if (editing) {
    return <SubjectForm ticket={ticket} change={change} leave={() => setEditing(false)} />;
  }
  return (
    <div className={classes.subject}>
      <h2 className={classes.subjectText}>
        <span className={`${classes.number} num`}>{ticket.number}</span> <span dir="auto">{subjectOf(ticket, t)}</span>
      </h2>
      <Tooltip label={t("ticket.editSubject")}>
        <ActionIcon variant="subtle" color="gray" aria-label={t("ticket.editSubject")} onClick={() => setEditing(true)}>
          <IconPencil size={16} />
        </ActionIcon>
      </Tooltip>
      <span className={classes.subjectLinks}>
        <CopyLink number={ticket.number} />
        {!page && (
          <Tooltip label={t("work.openPage")}>
            <ActionIcon
              component={Link}
              to={`/tickets/${ticket.number}`}
              variant="subtle"
              color="gray"
              aria-label={t("work.openPage")}
            >
              <IconExternalLink size={16} />
            </ActionIcon>
          </Tooltip>
        )}
      </span>
    </div>
  );
}

function SubjectForm({ ticket, change, leave }: { ticket: Ticket; change(wish: Change): void; leave(): void }) {
  const { t } = useTranslation();
  const [subject, setSubject] = useState(ticket.subject);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const said = subject.trim();
    if (said && said !== ticket.subject) change({ subject: said });
    leave();
  };
  return (
    <form className={classes.subject} onSubmit={submit}>
      <TextInput
        aria-label={t("ticket.subject")}
        value={subject}
        maxLength={255}
        autoFocus
        style={{ flex: 1 }}
        onChange={(event) => setSubject(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Escape" && leave()}
      />
      <Button type="submit">{t("app.save")}</Button>
      <Button variant="default" onClick={leave}>
        {t("app.cancel")}
      </Button>
    </form>
  );
}

function CopyLink({ number }: { number: number }) {
  const { t } = useTranslation();
  const copy = async () => {
    await navigator.clipboard?.writeText(`${location.origin}/tickets/${number}`);
    done(t("ticket.copied"));
  };
  if (!navigator.clipboard) return null;
  return (
    <Tooltip label={t("ticket.copyLink")}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={t("ticket.copyLink")}
        onClick={() => void copy().catch(() => {})}
      >
        <IconLink size={16} />
      </ActionIcon>
    </Tooltip>
  );
}
