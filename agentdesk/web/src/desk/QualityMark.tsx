import { Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormats } from "../i18n/format";
import { useLive } from "../live/live";
import classes from "./desk.module.css";

/** bars is how many of four bars an opinion score earns: 4.0 is toll quality, below 2.6 people complain. */
export function bars(mos: number): number {
  return mos >= 4 ? 4 : mos >= 3.6 ? 3 : mos >= 3.1 ? 2 : 1;
}

export function QualityMark() {
  const { t } = useTranslation();
  const format = useFormats();
  const quality = useLive((state) => state.quality);
  if (!quality) return null;
  const text = t("call.quality", { mos: format.number(quality.mos, 1) });
  const detail = t("call.qualityDetail", {
    loss: format.number(quality.loss, 1),
    jitter: format.number(quality.jitter_ms),
    rtt: format.number(quality.rtt_ms),
  });
  const lit = bars(quality.mos);
  return (
    <Tooltip label={`${text}. ${detail}`}>
      <span className={classes.quality} role="img" aria-label={text} data-lit={lit}>
        {[1, 2, 3, 4].map((bar) => (
          <i key={bar} data-on={bar <= lit} style={{ height: 3 + bar * 3 }} />
        ))}
      </span>
    </Tooltip>
  );
}
