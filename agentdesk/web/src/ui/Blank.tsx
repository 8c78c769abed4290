// What stands where there is nothing yet: nothing to show, nothing found, nothing reached.
import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconInbox } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../api/client";
import classes from "./ui.module.css";

interface BlankProps {
  title: string;
  text?: string;
  icon?: ReactNode;
  children?: ReactNode;
}

export function Blank({ title, text, icon, children }: BlankProps) {
  return (
    <Stack className={classes.blank} gap={4}>
      <span className={classes.blankIcon} aria-hidden>
        {icon ?? <IconInbox size={28} stroke={1.5} />}
      </span>
      <Text fw={600}>{title}</Text>
      {text && (
        <Text c="dimmed" size="sm" maw={380}>
          {text}
        </Text>
      )}
      {children}
    </Stack>
  );
}

export function Broken({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const status = error instanceof Problem ? error.status : 0;
  const denied = status === 403;
  const text = status === 0 ? t("app.failedOffline") : error instanceof Problem ? error.detail || error.title : "";
  return (
    <div role="alert">
      <Blank
        title={denied ? t("app.forbidden") : t("app.failed")}
        text={denied ? undefined : text}
        icon={<IconAlertTriangle size={28} stroke={1.5} />}
      >
        {retry && !denied && (
          <Button variant="default" size="xs" mt="xs" onClick={retry}>
            {t("app.retry")}
          </Button>
        )}
      </Blank>
    </div>
  );
}

/** Bones hold the place of rows that are being loaded, in their height, so that nothing jumps. */
export function Bones({ rows, height = 44 }: { rows: number; height?: number }) {
  const { t } = useTranslation();
  return (
    <Stack gap={8} p="sm" role="status" aria-label={t("app.loading")}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows have no identity
        <Skeleton key={row} height={height - 8} radius="sm" />
      ))}
    </Stack>
  );
}
