// Microphone and output choice of this computer, kept between shifts.
import { createStore } from "zustand/vanilla";
import { remember, remembered } from "../session/local";

export type Port = "mic" | "speaker" | "ringer";

export interface Devices {
  mic: string;
  speaker: string;
  ringer: string;
  inputs: MediaDeviceInfo[];
  outputs: MediaDeviceInfo[];
}

export const devices = createStore<Devices>(() => ({
  mic: remembered("device.mic") ?? "",
  speaker: remembered("device.speaker") ?? "",
  ringer: remembered("device.ringer") ?? "",
  inputs: [],
  outputs: [],
}));

export function choose(port: Port, id: string): void {
  remember(`device.${port}`, id);
  devices.setState({ [port]: id });
}

/** lookAround lists what is plugged in; names are empty until the microphone was allowed. */
export async function lookAround(): Promise<void> {
  if (!navigator.mediaDevices?.enumerateDevices) return;
  const all = await navigator.mediaDevices.enumerateDevices();
  const usable = all.filter((device) => device.deviceId !== "" && device.deviceId !== "default");
  devices.setState({
    inputs: usable.filter((device) => device.kind === "audioinput"),
    outputs: usable.filter((device) => device.kind === "audiooutput"),
  });
}

/** chosen gives the wished device when it is plugged in, else the system's standard (""). */
export function chosen(port: Port): string {
  const now = devices.getState();
  const present = port === "mic" ? now.inputs : now.outputs;
  return present.some((device) => device.deviceId === now[port]) ? now[port] : "";
}

navigator.mediaDevices?.addEventListener?.("devicechange", () => void lookAround());
