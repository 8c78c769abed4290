import { useEffect, useRef, useState } from "react";
import WaveSurfer from "wavesurfer.js";
import type { Peaks } from "../api/types";
import { scaled } from "./peaks";

const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** useWaveform keeps one wavesurfer on the host element; sound is fetched when it is played, not before. */
export function useWaveform(url: string, peaks: Peaks | undefined, seconds: number) {
  const host = useRef<HTMLDivElement>(null);
  const wave = useRef<WaveSurfer | null>(null);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [broken, setBroken] = useState(false);
  const length = peaks?.seconds || seconds;

  useEffect(() => {
    if (!host.current || !peaks) return;
    const media = new Audio();
    media.preload = "none";
    const made = WaveSurfer.create({
      container: host.current,
      media,
      url,
      peaks: scaled(peaks.peaks),
      duration: peaks.seconds || seconds || 1,
      height: peaks.channels === 2 ? 24 : 40,
      splitChannels: peaks.channels === 2 ? [{}, {}] : undefined,
      waveColor: colour("--wave"),
      progressColor: colour("--accent"),
      cursorColor: colour("--ink"),
      barWidth: 2,
      barGap: 1,
      barRadius: 2,
      dragToSeek: true,
    });
    made.on("play", () => setPlaying(true));
    made.on("pause", () => setPlaying(false));
    made.on("timeupdate", setAt);
    made.on("error", () => setBroken(true));
    wave.current = made;
    return () => {
      wave.current = null;
      made.destroy();
    };
  }, [url, peaks, seconds]);

  const toggle = () => {
    setBroken(false);
    void wave.current?.playPause().catch(() => setBroken(true));
  };
  const seek = (to: number) => wave.current?.setTime(Math.min(length, Math.max(0, to)));
  const hurry = (speed: number) => wave.current?.setPlaybackRate(speed, true);
  return { host, playing, at, length, broken, toggle, seek, hurry };
}
