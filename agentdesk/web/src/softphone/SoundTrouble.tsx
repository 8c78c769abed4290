import { Button } from "@mantine/core";
import { IconMicrophoneOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { Banner } from "../live/Banners";
import { open, phone } from "./phone";

export function SoundTrouble() {
  const { t } = useTranslation();
  const trouble = useStore(phone, (state) => state.trouble);
  if (!trouble) return null;
  return (
    <Banner
      tone="bad"
      icon={<IconMicrophoneOff size={16} />}
      text={t(`media.${trouble}`)}
      detail={t(`media.${trouble}Text`)}
    >
      {trouble !== "insecure" && (
        <Button size="compact-xs" variant="default" onClick={() => void open().catch(() => {})}>
          {t("app.retry")}
        </Button>
      )}
      <Button size="compact-xs" variant="subtle" color="gray" onClick={() => phone.setState({ trouble: null })}>
        {t("app.close")}
      </Button>
    </Banner>
  );
}
