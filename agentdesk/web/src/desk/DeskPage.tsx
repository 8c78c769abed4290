// The agent's place: what is to do, the work at hand, what is known. All three stay where they are when a call comes.
import { VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { usePageTitle } from "../app/usePageTitle";
import { CallSlot } from "./CallSlot";
import classes from "./desk.module.css";
import { FactsPane } from "./FactsPane";
import { selection } from "./selection";
import { TasksPane } from "./TasksPane";
import { WorkPane } from "./WorkPane";

export function DeskPage() {
  const { t } = useTranslation();
  usePageTitle(t("app.desk"));
  const ticket = useStore(selection, (state) => state.ticket);
  return (
    <div className={classes.desk}>
      <VisuallyHidden component="h1">{t("app.desk")}</VisuallyHidden>
      <section className={classes.pane} aria-label={t("tasks.title")}>
        <TasksPane selected={ticket} />
      </section>
      <section className={classes.work} aria-label={t("work.title")}>
        <CallSlot />
        <WorkPane ticket={ticket} />
      </section>
      <section className={classes.pane} aria-label={t("facts.title")}>
        <FactsPane ticket={ticket} />
      </section>
    </div>
  );
}
