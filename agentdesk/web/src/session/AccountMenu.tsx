import { Avatar, Menu, Text, UnstyledButton } from "@mantine/core";
import { IconHeadset, IconKeyboard, IconLogout } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useUser } from "../app/useUser";
import { sheet } from "../keys/sheet";
import { soundSettings } from "../softphone/soundSettings";
import { logOut } from "./session";

const initials = (name: string) =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word[0]?.toUpperCase() ?? "")
    .join("");

export function AccountMenu() {
  const { t } = useTranslation();
  const user = useUser();
  const queries = useQueryClient();
  return (
    <Menu position="bottom-end" withinPortal={false} width={220}>
      <Menu.Target>
        <UnstyledButton aria-label={t("session.menu", { name: user.name })} ml={4} style={{ borderRadius: 99 }}>
          <Avatar size={30} color="petrol" variant="light" aria-hidden>
            {initials(user.name || user.username)}
          </Avatar>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div style={{ padding: "6px 12px 8px" }}>
          <Text fw={600} size="sm">
            {user.name}
          </Text>
          <Text size="xs" c="dimmed">
            {user.username} · {t(`session.role.${user.role}`)}
          </Text>
        </div>
        <Menu.Divider />
        <Menu.Item leftSection={<IconHeadset size={16} />} onClick={() => soundSettings.setState({ open: true })}>
          {t("session.settings")}
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={16} />} onClick={() => sheet.setState({ open: true })}>
          {t("session.keys")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void logOut(queries)}>
          {t("session.logout")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
