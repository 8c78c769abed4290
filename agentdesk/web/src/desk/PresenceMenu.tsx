// The agent's own state, always in sight, and everything that changes it.
import { Menu } from "@mantine/core";
import {
  IconCheck,
  IconChevronDown,
  IconCircleCheck,
  IconCircleOff,
  IconClockPlus,
  IconPlayerPause,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import type { Presence } from "../api/types";
import { label } from "../keys/keymap";
import { useLive } from "../live/live";
import { Elapsed, Remaining } from "../ui/Elapsed";
import { becomeReady, extendWrapup, finishWrapup, goOffline, pause, wishes } from "./actions";
import classes from "./desk.module.css";
import { pauseReasons, reasonText } from "./reason";
import { stateLook } from "./StatePill";

export function PresenceMenu() {
  const presence = useLive((state) => state.presence);
  const open = useStore(wishes, (state) => state.pauseMenu);
  if (!presence) return <span className={classes.presenceSpace} />;
  return (
    <Menu
      position="bottom-end"
      width={260}
      withinPortal={false}
      opened={open}
      onChange={(pauseMenu) => wishes.setState({ pauseMenu })}
    >
      <Menu.Target>
        <PresenceButton presence={presence} />
      </Menu.Target>
      <Menu.Dropdown>
        <Choices presence={presence} />
      </Menu.Dropdown>
    </Menu>
  );
}

type ButtonProps = { presence: Presence } & React.ComponentProps<"button">;

function PresenceButton({ presence, ...rest }: ButtonProps) {
  const { t } = useTranslation();
  const look = stateLook[presence.state] ?? stateLook.offline;
  const word = t(`state.${presence.state}`);
  const reason = reasonText(t, presence.reason);
  const next = presence.next ? t("presence.next", { state: t(`state.${presence.next}`) }) : "";
  return (
    <button
      type="button"
      {...rest}
      className={classes.presence}
      data-tone={look.tone}
      data-testid="presence"
      data-state={presence.state}
      aria-label={t("presence.menu", { state: [word, reason, next].filter(Boolean).join(", ") })}
    >
      <span aria-hidden className={classes.presenceIcon}>
        {look.icon}
      </span>
      <span className={classes.presenceWords}>
        <strong className="clip">{word}</strong>
        {(next || reason) && <small className="clip">{next || reason}</small>}
      </span>
      <span className={classes.presenceTime}>
        {presence.state === "wrapup" && presence.until ? (
          <Remaining until={presence.until} />
        ) : (
          <Elapsed since={presence.since} />
        )}
      </span>
      <IconChevronDown size={14} aria-hidden />
    </button>
  );
}

function Choices({ presence }: { presence: Presence }) {
  const { t } = useTranslation();
  const tick = <IconCheck size={14} />;
  return (
    <>
      {presence.state === "wrapup" && <WrapupChoices presence={presence} />}
      <Menu.Item
        leftSection={<IconCircleCheck size={16} />}
        rightSection={presence.state === "ready" ? tick : <small>{label("ready")}</small>}
        disabled={presence.state === "ready"}
        onClick={() => void becomeReady()}
      >
        {t("presence.goReady")}
      </Menu.Item>
      <Menu.Divider />
      <Menu.Label>
        {t("presence.pause")} · {label("pause")}
      </Menu.Label>
      {pauseReasons.map((reason) => (
        <Menu.Item
          key={reason}
          leftSection={<IconPlayerPause size={16} />}
          rightSection={presence.state === "pause" && presence.reason === reason ? tick : null}
          onClick={() => void pause(reason)}
        >
          {reasonText(t, reason)}
        </Menu.Item>
      ))}
      <Menu.Divider />
      <Menu.Item
        leftSection={<IconCircleOff size={16} />}
        disabled={presence.state === "offline"}
        onClick={() => void goOffline()}
      >
        {t("presence.offline")}
      </Menu.Item>
    </>
  );
}

function WrapupChoices({ presence }: { presence: Presence }) {
  const { t } = useTranslation();
  const extended = useStore(wishes, (state) => state.extended !== "" && state.extended === presence.call);
  return (
    <>
      <Menu.Item
        leftSection={<IconCheck size={16} />}
        rightSection={<small>{label("finish")}</small>}
        onClick={() => void finishWrapup()}
      >
        {t("presence.finish")}
      </Menu.Item>
      <Menu.Item leftSection={<IconClockPlus size={16} />} disabled={extended} onClick={() => void extendWrapup()}>
        {t("presence.extend")}
      </Menu.Item>
      <Menu.Divider />
    </>
  );
}
