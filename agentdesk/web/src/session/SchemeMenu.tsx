import { ActionIcon, Menu, useMantineColorScheme } from "@mantine/core";
import { IconCheck, IconDeviceDesktop, IconMoon, IconSun } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

const schemes = [
  { name: "light", icon: IconSun },
  { name: "dark", icon: IconMoon },
  { name: "auto", icon: IconDeviceDesktop },
] as const;

export function SchemeMenu() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Now = schemes.find(({ name }) => name === colorScheme)?.icon ?? IconSun;
  return (
    <Menu position="bottom-end" withinPortal={false}>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={`${t("session.scheme")}: ${t(`session.${colorScheme}`)}`}
        >
          <Now size={18} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {schemes.map(({ name, icon: Icon }) => (
          <Menu.Item
            key={name}
            leftSection={<Icon size={16} stroke={1.7} />}
            rightSection={name === colorScheme ? <IconCheck size={14} /> : null}
            onClick={() => setColorScheme(name)}
          >
            {t(`session.${name}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
