// A button of the call with its shortcut written on it; it goes dead while the action makes no sense.
import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { label } from "../keys/keymap";
import { useLive } from "../live/live";
import { Key } from "../ui/Key";
import { type Action, act, possible } from "./actions";

interface CallButtonProps {
  action: Action;
  icon: ReactNode;
  children: string;
  color?: string;
  variant?: string;
  pressed?: boolean;
}

export function CallButton({ action, icon, children, color = "gray", variant = "default", pressed }: CallButtonProps) {
  const can = useLive((state) => possible(action, state));
  return (
    <Button
      size="md"
      color={color}
      variant={variant}
      leftSection={icon}
      disabled={!can}
      aria-pressed={pressed}
      aria-keyshortcuts={label(action)}
      data-testid={action}
      onClick={() => act(action)}
    >
      {children}
      <Key>{label(action)}</Key>
    </Button>
  );
}
