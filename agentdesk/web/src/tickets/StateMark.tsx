import {
  IconBuildingFactory2,
  IconCircleCheck,
  IconCircleDot,
  IconCircleX,
  IconSparkles,
  IconUserQuestion,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { TicketState } from "../api/types";
import { Pill, type Tone } from "../ui/Pill";

const looks: Record<TicketState, { icon: typeof IconCircleX; tone: Tone }> = {
  new: { icon: IconSparkles, tone: "accent" },
  open: { icon: IconCircleDot, tone: "accent" },
  waiting_customer: { icon: IconUserQuestion, tone: "hold" },
  waiting_vendor: { icon: IconBuildingFactory2, tone: "hold" },
  solved: { icon: IconCircleCheck, tone: "good" },
  closed: { icon: IconCircleX, tone: "calm" },
};

export function StateMark({ state }: { state: TicketState }) {
  const { t } = useTranslation();
  const { icon: Icon, tone } = looks[state] ?? looks.open;
  return (
    <Pill tone={tone} icon={<Icon size={13} />}>
      {t(`ticket.states.${state}`)}
    </Pill>
  );
}
