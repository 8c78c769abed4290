import {
  IconCircleDot,
  IconClipboardCheck,
  IconHandStop,
  IconMessage,
  IconPencil,
  IconPhone,
  IconPhoneCheck,
  IconPhoneOff,
  IconPhoneOutgoing,
  IconPlugConnected,
  IconPlugConnectedX,
  IconPlus,
  IconRecordMail,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { TimelineEntry } from "../api/types";
import { Bones, Broken } from "../ui/Blank";
import { When } from "../ui/Elapsed";
import { useEntryWords } from "./entryWords";
import { useAgents, useTimeline } from "./queries";
import classes from "./tickets.module.css";

const icons: Record<string, typeof IconMessage> = {
  opened: IconPlus,
  changed: IconPencil,
  comment: IconMessage,
  call_joined: IconPhone,
  call_answered: IconPhoneCheck,
  call_ended: IconPhoneOff,
  voicemail: IconRecordMail,
  disposition: IconClipboardCheck,
  matched: IconPhone,
  accept: IconPhoneCheck,
  decline: IconPhoneOff,
  hangup: IconPhoneOff,
  left: IconPhoneOff,
  dial: IconPhoneOutgoing,
  picked: IconPhoneCheck,
  hold: IconHandStop,
  resume: IconPhone,
  desk_lost: IconPlugConnectedX,
  desk_back: IconPlugConnected,
};

export function Timeline({ number, queue }: { number: number; queue: string }) {
  const { t } = useTranslation();
  const asked = useTimeline(number);
  return (
    <section aria-label={t("ticket.timeline")} className={classes.timeline}>
      <h3 className={classes.part}>{t("ticket.timeline")}</h3>
      {asked.isPending && <Bones rows={3} />}
      {asked.isError && <Broken error={asked.error} retry={() => void asked.refetch()} />}
      {asked.data?.length === 0 && <p className={classes.soft}>{t("ticket.noTimeline")}</p>}
      <ol className={classes.entries}>
        {[...(asked.data ?? [])].reverse().map((entry) => (
          <Entry key={entry.id} entry={entry} queue={queue} />
        ))}
      </ol>
    </section>
  );
}

function Entry({ entry, queue }: { entry: TimelineEntry; queue: string }) {
  const { t } = useTranslation();
  const words = useEntryWords(queue);
  const Icon = icons[entry.kind] ?? IconCircleDot;
  const lines = words(entry);
  const agents = useAgents().data;
  const actor = agents?.find(({ username }) => username === entry.actor)?.name || entry.actor || t("timeline.system");
  return (
    <li className={classes.entry} data-kind={entry.kind}>
      <span className={classes.entryIcon} aria-hidden>
        <Icon size={14} />
      </span>
      <div className={classes.entryBody}>
        <div className={classes.entryTop}>
          <strong>{t(`timeline.${entry.kind}` as "timeline.opened", { defaultValue: entry.kind })}</strong>
          <span>{actor}</span>
          <When at={entry.at} />
        </div>
        {lines.map((line) => (
          <div key={line} className={classes.entryLine} dir="auto">
            {line}
          </div>
        ))}
        {entry.text && (
          <p className={`${classes.entryText} said`} dir="auto">
            {entry.text}
          </p>
        )}
      </div>
    </li>
  );
}
