import { IconAlarm } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useNow } from "../live/clock";
import { Pill } from "../ui/Pill";

/** OverLimit alerts, by symbol and word, once a pause has lasted too long. */
export function OverLimit({ at }: { at?: string | null }) {
  const { t } = useTranslation();
  const now = useNow();
  if (!at || now < Date.parse(at)) return null;
  return (
    <Pill tone="bad" icon={<IconAlarm size={13} />}>
      {t("board.overLimit")}
    </Pill>
  );
}
