// The frame of every page: header, banners, content. It opens the desk's socket and listens to the keys.
import { useQueryClient } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { wireDesk } from "../desk/signals";
import { speakAs } from "../i18n";
import { KeySheet } from "../keys/KeySheet";
import { useKeys } from "../keys/useKeys";
import { Banners } from "../live/Banners";
import { connect, disconnect } from "../live/live";
import { close } from "../softphone/phone";
import { SoundSettings } from "../softphone/SoundSettings";
import classes from "./app.module.css";
import { Header } from "./Header";
import { useUser } from "./useUser";

export function Shell() {
  const { t } = useTranslation();
  const user = useUser();
  const queries = useQueryClient();

  useEffect(() => speakAs(user.username, user.language), [user.username, user.language]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another user gets another desk
  useEffect(() => {
    const undo = wireDesk(queries);
    connect();
    return () => {
      disconnect();
      close();
      undo();
    };
  }, [user.username, queries]);
  useKeys();

  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        {t("app.skip")}
      </a>
      <Header />
      <Banners />
      <main id="content" tabIndex={-1} className={classes.main}>
        <Outlet />
      </main>
      <KeySheet />
      <SoundSettings />
    </div>
  );
}
