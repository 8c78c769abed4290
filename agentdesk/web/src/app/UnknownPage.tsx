import { Button, Title } from "@mantine/core";
import { IconMapQuestion } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Blank } from "../ui/Blank";
import { usePageTitle } from "./usePageTitle";

export function UnknownPage() {
  const { t } = useTranslation();
  usePageTitle(t("app.notFound"));
  return (
    <div style={{ paddingTop: "12vh" }}>
      <Blank title="" icon={<IconMapQuestion size={44} stroke={1.4} />}>
        <Title order={1}>{t("app.notFound")}</Title>
        <p style={{ margin: "4px 0 12px", color: "var(--soft)" }}>{t("app.notFoundText")}</p>
        <Button component={Link} to="/" variant="default">
          {t("app.home")}
        </Button>
      </Blank>
    </div>
  );
}
