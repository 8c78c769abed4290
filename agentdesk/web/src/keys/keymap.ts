// Which key does what. Keys are matched by their place on the keyboard (event.code), so a Russian layout works as well.
import type { Action } from "../desk/actions";

export type Command = Action | "sheet";

export const keymap: Record<Action, string> = {
  answer: "KeyA",
  decline: "KeyD",
  hold: "KeyH",
  mute: "KeyM",
  record: "KeyC",
  end: "KeyE",
  finish: "KeyW",
  ready: "KeyR",
  pause: "KeyP",
};

/** label is how a shortcut is written on a button. */
export const label = (action: Action) => `Alt+${keymap[action].slice(3)}`;

/** spoken is the same for aria-keyshortcuts. */
export const ariaKeys = label;

type Press = Pick<KeyboardEvent, "code" | "key" | "altKey" | "ctrlKey" | "metaKey" | "shiftKey" | "repeat">;

/** commandFor reads a key press; typing says that it would go into a field, where "?" is just a letter. */
export function commandFor(press: Press, typing: boolean): Command | null {
  if (press.repeat || press.ctrlKey || press.metaKey) return null;
  if (press.altKey && !press.shiftKey) {
    const found = Object.entries(keymap).find(([, code]) => code === press.code);
    return found ? (found[0] as Action) : null;
  }
  if (press.altKey || typing) return null;
  const question = press.key === "?" || (press.code === "Slash" && press.shiftKey);
  return question ? "sheet" : null;
}
