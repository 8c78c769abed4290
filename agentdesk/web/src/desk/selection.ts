// Which ticket the work pane shows. A call brings its own, but never under the hands of someone who is typing.
import { createStore } from "zustand/vanilla";

export const selection = createStore<{ ticket: number | null }>(() => ({ ticket: null }));

export const select = (ticket: number | null | undefined) => selection.setState({ ticket: ticket ?? null });

/** typing tells whether a key press would go into a field. */
export function typing(target: EventTarget | null = document.activeElement): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement)
    return !["button", "checkbox", "radio", "submit", "range"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
