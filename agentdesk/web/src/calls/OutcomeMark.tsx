import {
  IconAlertTriangle,
  IconArrowForwardUp,
  IconBan,
  IconPhone,
  IconPhoneCheck,
  IconPhoneOff,
  IconPhoneOutgoing,
  IconRecordMail,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Call } from "../api/types";
import { reasonText } from "../desk/reason";
import { Pill, type Tone } from "../ui/Pill";

const looks: Record<string, { icon: typeof IconPhone; tone: Tone }> = {
  answered: { icon: IconPhoneCheck, tone: "good" },
  abandoned: { icon: IconPhoneOff, tone: "bad" },
  voicemail: { icon: IconRecordMail, tone: "accent" },
  callback: { icon: IconPhoneOutgoing, tone: "accent" },
  overflow: { icon: IconArrowForwardUp, tone: "warn" },
  refused: { icon: IconBan, tone: "warn" },
  failed: { icon: IconAlertTriangle, tone: "bad" },
  running: { icon: IconPhone, tone: "calm" },
};

export function OutcomeMark({ call }: { call: Call }) {
  const { t } = useTranslation();
  const outcome = call.outcome || "running";
  const { icon: Icon, tone } = looks[outcome] ?? { icon: IconPhone, tone: "calm" as const };
  return (
    <Pill tone={tone} icon={<Icon size={13} />} title={reasonText(t, call.reason) || undefined}>
      {t(`calls.outcomes.${outcome}`, { defaultValue: outcome })}
    </Pill>
  );
}
