import { Button, Group, Input, Modal, SegmentedControl, Select, Stack, Text } from "@mantine/core";
import { IconBell, IconMicrophone } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { useUser } from "../app/useUser";
import { answerWith } from "../desk/actions";
import { deviceOf, onBrowser } from "../desk/who";
import { useLive } from "../live/live";
import { choose, devices, lookAround, type Port } from "./devices";
import { LevelMeter } from "./LevelMeter";
import { open, phone } from "./phone";
import { testRing } from "./ring";
import { soundSettings } from "./soundSettings";

export function SoundSettings() {
  const { t } = useTranslation();
  const { open: shown } = useStore(soundSettings);
  return (
    <Modal
      opened={shown}
      onClose={() => soundSettings.setState({ open: false })}
      title={t("session.settings")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <Stack gap="md">
        <AnswerWith />
        <Microphone />
        <DeviceSelect port="speaker" />
        <Group align="flex-end" wrap="nowrap" gap="xs">
          <DeviceSelect port="ringer" />
          <Button variant="default" onClick={testRing}>
            {t("media.testRing")}
          </Button>
        </Group>
        <Notices />
      </Stack>
    </Modal>
  );
}

function AnswerWith() {
  const { t } = useTranslation();
  const user = useUser();
  const device = useLive((state) => deviceOf(state.presence, state.agent));
  const on = useLive((state) => state.presence !== null);
  if (!on) return null;
  const desk = user.device?.startsWith("sip:") ? user.device : `sip:${user.username}`;
  return (
    <Input.Wrapper label={t("media.answerWith")} labelElement="div">
      <SegmentedControl
        fullWidth
        aria-label={t("media.answerWith")}
        value={onBrowser(device) ? "webrtc" : desk}
        onChange={(choice) => void answerWith(choice)}
        data={[
          { value: "webrtc", label: t("media.browser") },
          { value: desk, label: t("media.deskPhone") },
        ]}
      />
    </Input.Wrapper>
  );
}

function Microphone() {
  const { t } = useTranslation();
  const stream = useStore(phone, (state) => state.stream);
  return (
    <Stack gap={6}>
      <DeviceSelect port="mic" />
      {stream ? (
        <LevelMeter stream={stream} />
      ) : (
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            leftSection={<IconMicrophone size={14} />}
            onClick={() => void open().catch(() => {})}
          >
            {t("media.allow")}
          </Button>
          <Text size="xs" c="dimmed">
            {t("media.namesAfter")}
          </Text>
        </Group>
      )}
    </Stack>
  );
}

const labels = { mic: "media.microphone", speaker: "media.speaker", ringer: "media.ringer" } as const;
const canChooseOutput = typeof HTMLMediaElement !== "undefined" && "setSinkId" in HTMLMediaElement.prototype;

function DeviceSelect({ port }: { port: Port }) {
  const { t } = useTranslation();
  const all = useStore(devices);
  useEffect(() => void lookAround(), []);
  const known = port === "mic" ? all.inputs : all.outputs;
  const choices = known.map((device, at) => ({
    value: device.deviceId,
    label: device.label || t("media.unnamed", { number: at + 1 }),
  }));
  const fixed = port !== "mic" && !canChooseOutput;
  return (
    <Select
      style={{ flex: 1 }}
      label={t(labels[port])}
      description={fixed ? t("media.noChoice") : undefined}
      disabled={fixed}
      data={[{ value: "", label: t("media.standard") }, ...choices]}
      value={choices.some(({ value }) => value === all[port]) ? all[port] : ""}
      onChange={(id) => choose(port, id ?? "")}
    />
  );
}

function Notices() {
  const { t } = useTranslation();
  const [permission, setPermission] = useState(() => ("Notification" in window ? Notification.permission : "denied"));
  const words = { granted: "media.notifyOn", denied: "media.notifyDenied", default: "media.notifyText" } as const;
  return (
    <Input.Wrapper label={t("media.notify")} labelElement="div" description={t(words[permission])}>
      {permission === "default" && (
        <Button
          mt={6}
          size="xs"
          variant="default"
          leftSection={<IconBell size={14} />}
          onClick={() => void Notification.requestPermission().then(setPermission)}
        >
          {t("media.notifyAsk")}
        </Button>
      )}
    </Input.Wrapper>
  );
}
