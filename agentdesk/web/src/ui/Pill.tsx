// A small label with a symbol and a word: the colour only repeats what they say.
import type { ReactNode } from "react";
import classes from "./ui.module.css";

export type Tone = "good" | "warn" | "bad" | "calm" | "accent" | "hold";

interface PillProps {
  tone: Tone;
  icon?: ReactNode;
  children: ReactNode;
  title?: string;
}

export function Pill({ tone, icon, children, title }: PillProps) {
  return (
    <span className={classes.pill} data-tone={tone} title={title}>
      {icon && (
        <span className={classes.pillIcon} aria-hidden>
          {icon}
        </span>
      )}
      <span className="clip">{children}</span>
    </span>
  );
}
