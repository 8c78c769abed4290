import { type ReactNode, useId } from "react";
import classes from "./desk.module.css";

interface GroupProps {
  title: string;
  count?: number;
  children: ReactNode;
}

/** Group is a titled part of a pane. */
export function Group({ title, count, children }: GroupProps) {
  const id = useId();
  return (
    <section className={classes.group} aria-labelledby={id}>
      <h2 className={classes.groupTitle} id={id}>
        {title}
        {count ? <small className="num">{count}</small> : null}
      </h2>
      {children}
    </section>
  );
}
