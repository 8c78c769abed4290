import {
  IconHandStop,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhoneOff,
  IconPlayerPlay,
  IconPlayerRecord,
  IconPlayerRecordFilled,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { clock } from "../i18n/format";
import { secondsSince, useNow } from "../live/clock";
import type { DeskCall, Phase } from "../live/state";
import { phone } from "../softphone/phone";
import { Pill, type Tone } from "../ui/Pill";
import { CallButton } from "./CallButton";
import { CallHead } from "./CallHead";
import classes from "./desk.module.css";
import { QualityMark } from "./QualityMark";

const tones: Partial<Record<Phase, Tone>> = {
  talking: "good",
  held: "hold",
  stranded: "warn",
  joining: "warn",
  calling: "warn",
};

export function TalkCard({ call }: { call: DeskCall }) {
  const { t } = useTranslation();
  const muted = useStore(phone, (state) => state.muted);
  const held = call.phase === "held";
  const paused = Boolean(call.pop.call.record_paused_at);
  return (
    <div className={classes.card} data-tone={call.phase} data-testid="call-card" data-phase={call.phase}>
      <CallHead call={call}>
        <Pill tone={tones[call.phase] ?? "calm"}>{t(`call.${call.phase}`)}</Pill>
        {muted && (
          <Pill tone="bad" icon={<IconMicrophoneOff size={13} />}>
            {t("call.muted")}
          </Pill>
        )}
        {paused && (
          <Pill tone="warn" icon={<IconPlayerRecord size={13} />}>
            {t("call.recordPaused")}
          </Pill>
        )}
        <span className={classes.clock}>
          <QualityMark />
          <TalkTime call={call} />
        </span>
      </CallHead>
      <div className={classes.buttons}>
        <CallButton
          action="hold"
          icon={held ? <IconPlayerPlay size={18} /> : <IconHandStop size={18} />}
          pressed={held}
        >
          {t(held ? "call.resume" : "call.hold")}
        </CallButton>
        <CallButton
          action="mute"
          icon={muted ? <IconMicrophoneOff size={18} /> : <IconMicrophone size={18} />}
          pressed={muted}
        >
          {t(muted ? "call.unmute" : "call.mute")}
        </CallButton>
        {call.pop.call.recorded && (
          <CallButton
            action="record"
            icon={paused ? <IconPlayerRecordFilled size={18} /> : <IconPlayerRecord size={18} />}
            pressed={paused}
          >
            {t(paused ? "call.recordResume" : "call.recordPause")}
          </CallButton>
        )}
        <CallButton action="end" icon={<IconPhoneOff size={18} />} color="#b3261e" variant="filled">
          {t("call.end")}
        </CallButton>
      </div>
    </div>
  );
}

function TalkTime({ call }: { call: DeskCall }) {
  const { t } = useTranslation();
  const now = useNow();
  return (
    <>
      {call.phase === "held" && (
        <span className={classes.holdTime}>{t("call.onHold", { time: clock(secondsSince(call.since, now)) })}</span>
      )}
      {call.answered && (
        <span className="num" role="timer" data-testid="talk-time">
          {clock(secondsSince(call.answered, now))}
        </span>
      )}
    </>
  );
}
