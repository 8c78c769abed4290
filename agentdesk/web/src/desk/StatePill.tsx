import {
  IconCircleCheck,
  IconCircleOff,
  IconClipboardText,
  IconHandStop,
  IconPhone,
  IconPhoneCall,
  IconPlayerPause,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { AgentState } from "../api/types";
import { Pill, type Tone } from "../ui/Pill";

const size = { size: 14, stroke: 2 };

export const stateLook: Record<AgentState, { tone: Tone; icon: ReactNode }> = {
  offline: { tone: "calm", icon: <IconCircleOff {...size} /> },
  ready: { tone: "good", icon: <IconCircleCheck {...size} /> },
  ringing: { tone: "warn", icon: <IconPhoneCall {...size} /> },
  talking: { tone: "accent", icon: <IconPhone {...size} /> },
  hold: { tone: "hold", icon: <IconHandStop {...size} /> },
  wrapup: { tone: "warn", icon: <IconClipboardText {...size} /> },
  pause: { tone: "calm", icon: <IconPlayerPause {...size} /> },
};

export function StatePill({ state }: { state: AgentState }) {
  const { t } = useTranslation();
  const look = stateLook[state] ?? stateLook.offline;
  return (
    <Pill tone={look.tone} icon={look.icon}>
      {t(`state.${state}`, { defaultValue: state })}
    </Pill>
  );
}
