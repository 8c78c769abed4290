import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { Recording } from "../api/types";
import classes from "./tickets.module.css";

const RecordingPlayer = lazy(() => import("./RecordingPlayer"));

export function Recordings({ recordings }: { recordings: Recording[] }) {
  const { t } = useTranslation();
  if (recordings.length === 0) return null;
  return (
    <section aria-label={t("ticket.recordings")}>
      <h3 className={classes.part}>{t("ticket.recordings")}</h3>
      {recordings.map((recording) => (
        <Suspense key={recording.id} fallback={<div className={classes.player} />}>
          <RecordingPlayer recording={recording} />
        </Suspense>
      ))}
    </section>
  );
}
