import { useEffect } from "react";
import { act } from "../desk/actions";
import { typing } from "../desk/selection";
import { commandFor } from "./keymap";
import { sheet } from "./sheet";

function pressed(event: KeyboardEvent): void {
  const command = commandFor(event, typing(event.target));
  if (!command) return;
  event.preventDefault();
  if (command === "sheet") sheet.setState(({ open }) => ({ open: !open }));
  else act(command);
}

/** useKeys listens before anything else on the page, so that a menu or a field cannot swallow "answer". */
export function useKeys(): void {
  useEffect(() => {
    addEventListener("keydown", pressed, true);
    return () => removeEventListener("keydown", pressed, true);
  }, []);
}
