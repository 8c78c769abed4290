import { VisuallyHidden } from "@mantine/core";
import { useStore } from "zustand";
import { announced } from "./announce";

export function Announcer() {
  const { urgent, polite } = useStore(announced);
  return (
    <VisuallyHidden>
      <div role="alert" aria-live="assertive" data-testid="announce">
        {urgent}
      </div>
      <div role="status" aria-live="polite">
        {polite}
      </div>
    </VisuallyHidden>
  );
}
