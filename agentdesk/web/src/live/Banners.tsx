// What must be told at once without moving the page: the line to the server, and the sound.
import { Button } from "@mantine/core";
import { IconPlugConnectedX, IconVolumeOff, IconWindow } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { logOut } from "../session/session";
import { phone, play } from "../softphone/phone";
import { SoundTrouble } from "../softphone/SoundTrouble";
import { connect, hurry, useCurrentCall, useLive } from "./live";
import classes from "./live.module.css";

export function Banners() {
  const link = useLive((state) => state.link);
  return (
    <div className={classes.banners}>
      {link === "lost" && <Lost />}
      {link === "ended" && <Ended />}
      <Blocked />
      <SoundTrouble />
    </div>
  );
}

interface BannerProps {
  tone: "warn" | "bad";
  icon: ReactNode;
  text: string;
  detail?: string;
  children?: ReactNode;
}

export function Banner({ tone, icon, text, detail, children }: BannerProps) {
  return (
    <div className={classes.banner} data-tone={tone} role={tone === "bad" ? "alert" : "status"}>
      <span aria-hidden className={classes.icon}>
        {icon}
      </span>
      <span>
        <strong>{text}</strong>
        {detail && <span className={classes.detail}>{detail}</span>}
      </span>
      {children}
    </div>
  );
}

function Lost() {
  const { t } = useTranslation();
  const call = useCurrentCall();
  return (
    <Banner tone="warn" icon={<IconPlugConnectedX size={16} />} text={t(call ? "link.lostCall" : "link.lost")}>
      <Button size="compact-xs" variant="default" onClick={hurry}>
        {t("link.now")}
      </Button>
    </Banner>
  );
}

function Ended() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const ended = useLive((state) => state.ended);
  if (ended?.code === 4500) {
    return (
      <Banner tone="bad" icon={<IconPlugConnectedX size={16} />} text={t("link.out")} detail={t("link.outText")}>
        <Button size="compact-xs" variant="default" onClick={() => void logOut(queries)}>
          {t("link.again")}
        </Button>
      </Banner>
    );
  }
  const taken = ended?.code === 4501;
  const text = taken ? t("link.taken") : t("link.ended");
  const detail = taken ? t("link.takenText") : ended?.reason;
  return (
    <Banner tone="bad" icon={<IconWindow size={16} />} text={text} detail={detail}>
      <Button size="compact-xs" variant="default" onClick={connect}>
        {taken ? t("link.takeOver") : t("link.back")}
      </Button>
    </Banner>
  );
}

/** The browser may refuse to play sound before a click; then one click is all it takes. */
function Blocked() {
  const { t } = useTranslation();
  const blocked = useStore(phone, (state) => state.blocked);
  if (!blocked) return null;
  return (
    <Banner tone="bad" icon={<IconVolumeOff size={16} />} text={t("media.unmute")}>
      <Button size="compact-xs" variant="default" onClick={play}>
        {t("media.unmute")}
      </Button>
    </Banner>
  );
}
