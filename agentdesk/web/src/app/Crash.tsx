import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Blank } from "../ui/Blank";

/** Crash stands where a part of the page failed; the socket and the sound live outside it and go on. */
export function Crash() {
  const { t } = useTranslation();
  return (
    <div role="alert">
      <Blank title={t("app.crash")} text={t("app.crashText")} icon={<IconAlertTriangle size={28} />}>
        <Button mt="sm" variant="default" onClick={() => location.reload()}>
          {t("app.reload")}
        </Button>
      </Blank>
    </div>
  );
}
