import { ActionIcon, Tooltip } from "@mantine/core";
import { IconDeviceLandlinePhone, IconHeadset, IconHeadsetOff, IconLoader2 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { deviceOf, onBrowser } from "../desk/who";
import { useLive } from "../live/live";
import { phone, type Stage } from "./phone";
import { soundSettings } from "./soundSettings";

const words = {
  off: "media.off",
  asking: "media.connecting",
  connecting: "media.connecting",
  connected: "media.connected",
  lost: "media.lost",
} as const satisfies Record<Stage, string>;

const looks: Record<Stage, { icon: typeof IconHeadset; color: string }> = {
  off: { icon: IconHeadsetOff, color: "gray" },
  asking: { icon: IconLoader2, color: "orange" },
  connecting: { icon: IconLoader2, color: "orange" },
  connected: { icon: IconHeadset, color: "teal" },
  lost: { icon: IconHeadsetOff, color: "red" },
};

/** SoundStatus says with a symbol and a word whether a caller could be heard right now; a click opens the choice of devices. */
export function SoundStatus() {
  const { t } = useTranslation();
  const stage = useStore(phone, (state) => state.stage);
  const device = useLive((state) => deviceOf(state.presence, state.agent));
  const on = useLive((state) => state.presence !== null);
  if (!on) return null;
  const browser = onBrowser(device);
  const { icon: Icon, color } = browser ? looks[stage] : { icon: IconDeviceLandlinePhone, color: "teal" };
  const text = browser ? t(words[stage]) : t("media.deskPhone");
  return (
    <Tooltip label={`${text} · ${t("session.settings")}`}>
      <ActionIcon
        variant="subtle"
        size="lg"
        color={color}
        aria-label={`${text}. ${t("session.settings")}`}
        data-testid="sound"
        data-stage={browser ? stage : "phone"}
        onClick={() => soundSettings.setState({ open: true })}
      >
        <Icon size={18} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  );
}
