import { IconChevronDown, IconChevronsUp, IconChevronUp, IconMinus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Priority } from "../api/types";
import { Pill, type Tone } from "../ui/Pill";

const looks: Record<Priority, { icon: typeof IconMinus; tone: Tone }> = {
  urgent: { icon: IconChevronsUp, tone: "bad" },
  high: { icon: IconChevronUp, tone: "warn" },
  normal: { icon: IconMinus, tone: "calm" },
  low: { icon: IconChevronDown, tone: "calm" },
};

export function PriorityMark({ priority }: { priority: Priority }) {
  const { t } = useTranslation();
  const { icon: Icon, tone } = looks[priority] ?? looks.normal;
  return (
    <Pill tone={tone} icon={<Icon size={13} />}>
      {t(`ticket.priorities.${priority}`)}
    </Pill>
  );
}
