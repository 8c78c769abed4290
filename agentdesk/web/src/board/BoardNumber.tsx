import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import classes from "./board.module.css";

interface BoardNumberProps {
  queue: string;
  number: string;
  label: string;
  value: string;
  under?: string;
  big?: boolean;
}

/** BoardNumber is a number that opens the calls it was counted from. */
export function BoardNumber({ queue, number, label, value, under, big }: BoardNumberProps) {
  const { t } = useTranslation();
  return (
    <Link
      to="/calls"
      search={{ queue, number }}
      className={classes.number}
      data-number={number}
      aria-label={t("board.showCalls", { label, value })}
    >
      <span className={classes.label}>{label}</span>
      <span className={`${classes.value} ${big ? classes.big : ""} num`}>{value}</span>
      {under && <small className={classes.under}>{under}</small>}
    </Link>
  );
}
