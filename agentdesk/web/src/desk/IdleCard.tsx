import { Button } from "@mantine/core";
import { IconCircleCheck, IconMoodSmile, IconPlayerPause, IconPlugConnectedX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { label } from "../keys/keymap";
import { useLive } from "../live/live";
import { phone } from "../softphone/phone";
import { Key } from "../ui/Key";
import { becomeReady } from "./actions";
import classes from "./desk.module.css";
import { reasonText } from "./reason";
import { deviceOf, onBrowser } from "./who";

const icon = { size: 30, stroke: 1.4, "aria-hidden": true };

export function IdleCard() {
  const { t } = useTranslation();
  const presence = useLive((state) => state.presence);
  const stage = useStore(phone, (state) => state.stage);
  const state = presence?.state ?? "offline";
  const browser = onBrowser(deviceOf(presence, null));
  const silent = browser && stage === "off";
  if (state === "ready" && !silent) {
    return (
      <div className={classes.idle} data-tone="good">
        <IconMoodSmile {...icon} />
        <div>
          <strong>{t("call.idleReady")}</strong>
          <p>{t("call.idleReadyText")}</p>
        </div>
      </div>
    );
  }
  const paused = state === "pause";
  const title = paused ? "call.idlePause" : state === "ready" ? "call.idleSilent" : "call.idleOffline";
  const reason = reasonText(t, presence?.reason);
  return (
    <div className={classes.idle} data-tone="calm">
      {paused ? <IconPlayerPause {...icon} /> : <IconPlugConnectedX {...icon} />}
      <div>
        <strong>
          {t(title)}
          {reason && `: ${reason}`}
        </strong>
        <p>{t("call.idleText")}</p>
      </div>
      <Button
        ml="auto"
        size="md"
        color="#1b7a43"
        leftSection={<IconCircleCheck size={18} />}
        loading={stage === "asking" || stage === "connecting"}
        disabled={!presence}
        aria-keyshortcuts={label("ready")}
        onClick={() => void becomeReady()}
      >
        {t("presence.goReady")}
        <Key>{label("ready")}</Key>
      </Button>
    </div>
  );
}
