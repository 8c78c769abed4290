import { SegmentedControl } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type Language, languages, speak } from "../i18n";

/** LanguageChoice names each language in itself: who cannot read the page still finds the own one. */
export function LanguageChoice({ user }: { user?: string }) {
  const { t, i18n } = useTranslation();
  return (
    <SegmentedControl
      size="xs"
      aria-label={t("session.language")}
      value={i18n.language}
      onChange={(code) => speak(code as Language, user)}
      data={languages.map(({ code, name }) => ({ value: code, label: <span lang={code}>{name}</span> }))}
    />
  );
}
