import { IconAlarm, IconAlertTriangle, IconClock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Ticket } from "../api/types";
import { useFormats } from "../i18n/format";
import { useNow } from "../live/clock";
import { Pill } from "../ui/Pill";
import { nextDue, urgency } from "./due";

const icons = {
  calm: <IconClock size={13} />,
  warn: <IconAlarm size={13} />,
  bad: <IconAlertTriangle size={13} />,
};

/** Due shows how far away a deadline is, in words and with a symbol. */
export function Due({ at, what }: { at: string | null | undefined; what?: string }) {
  const { t } = useTranslation();
  const format = useFormats();
  const now = useNow();
  if (!at) return null;
  const when = Date.parse(at);
  const tone = urgency(when, now);
  const text =
    tone === "bad"
      ? t("due.overdue", { time: format.span((now - when) / 1000) })
      : t("due.in", { time: format.relative(when, now) });
  return (
    <Pill tone={tone} icon={icons[tone]} title={`${what ? `${what}: ` : ""}${format.full(at)}`}>
      {text}
    </Pill>
  );
}

export function DuePill({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const due = nextDue(ticket);
  return due ? <Due at={due.at} what={t(`due.${due.what}`)} /> : <span />;
}
