import { ActionIcon, Tooltip } from "@mantine/core";
import { IconKeyboard } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { PresenceMenu } from "../desk/PresenceMenu";
import { sheet } from "../keys/sheet";
import { AccountMenu } from "../session/AccountMenu";
import { LanguageMenu } from "../session/LanguageMenu";
import { SchemeMenu } from "../session/SchemeMenu";
import { leads } from "../session/session";
import { SoundStatus } from "../softphone/SoundStatus";
import classes from "./app.module.css";
import { Logo } from "./Logo";
import { useUser } from "./useUser";

export function Header() {
  const { t } = useTranslation();
  const user = useUser();
  return (
    <header className={classes.header}>
      <Logo />
      <nav aria-label={t("app.nav")} className={classes.nav}>
        {leads(user) && <Tab to="/board" name={t("app.board")} />}
        <Tab to="/desk" name={t("app.desk")} />
        <Tab to="/tickets" name={t("app.tickets")} />
        {leads(user) && <Tab to="/calls" name={t("app.calls")} />}
      </nav>
      <div className={classes.tools}>
        <SoundStatus />
        <PresenceMenu />
        <LanguageMenu />
        <SchemeMenu />
        <Tooltip label={`${t("session.keys")} (?)`}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t("session.keys")}
            onClick={() => sheet.setState({ open: true })}
          >
            <IconKeyboard size={18} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
        <AccountMenu />
      </div>
    </header>
  );
}

function Tab({ to, name }: { to: string; name: string }) {
  return (
    <Link
      to={to}
      className={classes.tab}
      activeOptions={{ includeSearch: false }}
      activeProps={{ "aria-current": "page" }}
    >
      {name}
    </Link>
  );
}
