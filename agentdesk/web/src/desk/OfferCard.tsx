import { IconPhone, IconPhoneX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { clock } from "../i18n/format";
import { secondsUntil, useNow } from "../live/clock";
import { useLive } from "../live/live";
import type { DeskCall } from "../live/state";
import { Pill } from "../ui/Pill";
import { CallButton } from "./CallButton";
import { CallHead } from "./CallHead";
import classes from "./desk.module.css";
import { deviceOf, onBrowser } from "./who";

export function OfferCard({ call }: { call: DeskCall }) {
  const { t } = useTranslation();
  const browser = useLive((state) => onBrowser(deviceOf(state.presence, state.agent)));
  return (
    <div className={classes.card} data-tone="offer" data-testid="offer-card" data-phase={call.phase}>
      <CallHead call={call}>
        <Pill tone="warn" icon={<IconPhone size={13} />}>
          {t(`call.${call.phase}`)}
        </Pill>
      </CallHead>
      <div className={classes.buttons}>
        {browser ? (
          <CallButton action="answer" icon={<IconPhone size={18} />} color="#1b7a43" variant="filled">
            {t("call.answer")}
          </CallButton>
        ) : (
          <span className={classes.hint}>{t("call.phoneAnswer")}</span>
        )}
        <CallButton action="decline" icon={<IconPhoneX size={18} />}>
          {t("call.decline")}
        </CallButton>
        <span className={classes.right}>
          <BackIn until={call.until} />
        </span>
      </div>
    </div>
  );
}

function BackIn({ until }: { until: number | undefined }) {
  const { t } = useTranslation();
  const now = useNow();
  if (!until) return null;
  return <span className="num">{t("call.backIn", { time: clock(secondsUntil(until, now)) })}</span>;
}
