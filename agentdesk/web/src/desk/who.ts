// How a call, a caller and an account are named on the screen.
import type { Call, Pop, Presence, User } from "../api/types";

/** callerName is what to call the person: the contact, the trunk's name, the number; null when nothing is known. */
export function callerName(call: Call, pop?: Pop): string | null {
  return pop?.contact?.name || call.contact || call.caller.name || callerNumber(call);
}

/** callerNumber is the number to show, null when it was withheld. */
export function callerNumber(call: Call): string | null {
  return call.caller.number || call.caller.raw || null;
}

/** deviceOf is with what this agent talks: "webrtc" or a desk phone. */
export function deviceOf(presence: Presence | null, user: User | null): string {
  return presence?.device || user?.device || "webrtc";
}

export const onBrowser = (device: string) => device === "webrtc";
