import type { TFunction } from "i18next";

export const pauseReasons = ["break", "lunch", "meeting", "training", "paperwork", "technical"] as const;

/** reasonText words a reason that is known, "no answer" as well as "no_answer", and shows any other as it was given. */
export function reasonText(t: TFunction, reason: string | undefined): string {
  return reason ? t(`reason.${reason.replaceAll(" ", "_")}` as "reason.break", { defaultValue: reason }) : "";
}
