import classes from "./ui.module.css";

/** Key shows a shortcut on a button; readers get it from aria-keyshortcuts instead. */
export function Key({ children }: { children: string }) {
  return (
    <kbd className={classes.key} aria-hidden>
      {children}
    </kbd>
  );
}
