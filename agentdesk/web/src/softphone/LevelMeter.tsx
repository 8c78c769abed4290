import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import classes from "./softphone.module.css";

/** loudness is 0..1 of a block of samples: -60 dB is nothing, 0 dB is all. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const db = 20 * Math.log10(Math.sqrt(sum / samples.length) + 1e-9);
  return Math.min(1, Math.max(0, (db + 60) / 60));
}

/** LevelMeter draws straight onto the element: sixty frames a second are not React's business. */
export function LevelMeter({ stream }: { stream: MediaStream }) {
  const { t } = useTranslation();
  const bar = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const sound = new AudioContext();
    const ear = sound.createAnalyser();
    ear.fftSize = 1024;
    sound.createMediaStreamSource(stream).connect(ear);
    const samples = new Float32Array(ear.fftSize);
    let frame = 0;
    const draw = () => {
      ear.getFloatTimeDomainData(samples);
      const level = loudness(samples);
      bar.current?.style.setProperty("transform", `scaleX(${level.toFixed(3)})`);
      bar.current?.parentElement?.setAttribute("aria-valuenow", String(Math.round(level * 100)));
      frame = requestAnimationFrame(draw);
    };
    draw();
    return () => {
      cancelAnimationFrame(frame);
      void sound.close();
    };
  }, [stream]);

  return (
    <div>
      <div
        className={classes.meter}
        role="meter"
        aria-label={t("media.level")}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={0}
        data-testid="mic-level"
      >
        <div ref={bar} className={classes.level} />
      </div>
      <p className={classes.hint}>{t("media.levelText")}</p>
    </div>
  );
}
