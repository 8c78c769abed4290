import { VisuallyHidden } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { UnknownPage } from "../app/UnknownPage";
import { usePageTitle } from "../app/usePageTitle";
import { FactsPane } from "../desk/FactsPane";
import { TicketView } from "./TicketView";
import classes from "./tickets.module.css";

export function TicketPage() {
  const { t } = useTranslation();
  const { number: raw } = useParams({ from: "/tickets/$number" });
  const number = Number(raw);
  usePageTitle(t("ticket.one", { number: raw }));
  if (!Number.isSafeInteger(number) || number <= 0) return <UnknownPage />;
  return (
    <div className={classes.ticketPage}>
      <VisuallyHidden component="h1">{t("ticket.one", { number })}</VisuallyHidden>
      <div className={classes.ticketMain}>
        <TicketView key={number} number={number} page />
      </div>
      <aside className={classes.ticketSide} aria-label={t("facts.title")}>
        <FactsPane ticket={number} />
      </aside>
    </div>
  );
}
