// A recording with its waveform. The server sends the peaks, so the shape is there before a second of sound is loaded.
import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import { IconDownload, IconPlayerPauseFilled, IconPlayerPlayFilled } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../api/client";
import type { Peaks, Recording } from "../api/types";
import { clock } from "../i18n/format";
import { When } from "../ui/Elapsed";
import { Pill } from "../ui/Pill";
import classes from "./tickets.module.css";
import { useWaveform } from "./useWaveform";

const speeds = [1, 1.25, 1.5, 2];

export default function RecordingPlayer({ recording }: { recording: Recording }) {
  const { t } = useTranslation();
  const playable = recording.state === "kept" || recording.state === "cut";
  return (
    <div className={classes.player} data-testid="recording" data-kind={recording.kind} data-state={recording.state}>
      <div className={classes.playerTop}>
        <strong>{t(`recording.${recording.kind}`)}</strong>
        <When at={recording.started_at} />
        {recording.state !== "kept" && (
          <Pill tone={recording.state === "expected" ? "calm" : "bad"}>{t(`recording.states.${recording.state}`)}</Pill>
        )}
        {recording.channels === 2 && playable && (
          <span className={classes.sides}>
            {t("recording.caller")} / {t("recording.agent")}
          </span>
        )}
      </div>
      {playable && <Player recording={recording} />}
    </div>
  );
}

function Player({ recording }: { recording: Recording }) {
  const { t } = useTranslation();
  const url = `/api/v1/recordings/${recording.id}/audio`;
  const peaks = useQuery({
    queryKey: ["peaks", recording.id],
    queryFn: () => get<Peaks>(`/recordings/${recording.id}/peaks`),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { host, playing, at, length, broken, toggle, seek, hurry } = useWaveform(url, peaks.data, recording.seconds);
  return (
    <div className={classes.playerRow}>
      <ActionIcon
        size={36}
        radius="xl"
        variant="filled"
        aria-label={t(playing ? "recording.pause" : "recording.play")}
        onClick={toggle}
      >
        {playing ? <IconPlayerPauseFilled size={16} /> : <IconPlayerPlayFilled size={16} />}
      </ActionIcon>
      <div
        ref={host}
        className={classes.wave}
        data-testid="waveform"
        role="slider"
        tabIndex={0}
        aria-label={t("recording.position")}
        aria-valuemin={0}
        aria-valuemax={Math.round(length)}
        aria-valuenow={Math.round(at)}
        aria-valuetext={`${clock(at)} / ${clock(length)}`}
        onKeyDown={(event) => {
          const step = { ArrowRight: 5, ArrowLeft: -5, PageUp: 30, PageDown: -30 }[event.key];
          if (step) seek(at + step);
          else if (event.key === " ") toggle();
          else return;
          event.preventDefault();
        }}
      />
      <span className={`${classes.position} num`}>
        {broken ? <span role="alert">{t("recording.failed")}</span> : `${clock(at)} / ${clock(length)}`}
      </span>
      <Speed choose={hurry} />
      <Tooltip label={t("recording.download")}>
        <ActionIcon
          component="a"
          href={url}
          download
          variant="subtle"
          color="gray"
          aria-label={t("recording.download")}
        >
          <IconDownload size={16} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

function Speed({ choose }: { choose(speed: number): void }) {
  const { t } = useTranslation();
  const [speed, setSpeed] = useState(1);
  return (
    <Menu width={90}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" w={40} aria-label={`${t("recording.speed")}: ${speed}×`}>
          <span className="num" style={{ fontSize: 12, fontWeight: 600 }}>
            {speed}×
          </span>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {speeds.map((value) => (
          <Menu.Item
            key={value}
            onClick={() => {
              setSpeed(value);
              choose(value);
            }}
          >
            {value}×
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
