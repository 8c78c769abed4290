// The agent's place: what is to do, the work at hand, what is known. All three stay where they are when a call comes.
import { VisuallyHidden } from "@mantine/core";
import { CatchBoundary } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { Crash } from "../app/Crash";
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
        <Alone reset={0}>
          <TasksPane selected={ticket} />
        </Alone>
      </section>
      <section className={classes.work} aria-label={t("work.title")}>
        <CallSlot />
        <Alone reset={ticket ?? 0}>
          <WorkPane ticket={ticket} />
        </Alone>
      </section>
      <section className={classes.pane} aria-label={t("facts.title")}>
        <Alone reset={ticket ?? 0}>
          <FactsPane ticket={ticket} />
        </Alone>
      </section>
    </div>
  );
}

/** Alone lets a part of the desk fail by itself: whatever is wrong with a ticket, the call keeps its buttons. */
function Alone({ reset, children }: { reset: number; children: ReactNode }) {
  return (
    <CatchBoundary getResetKey={() => reset} errorComponent={Crash}>
      {children}
    </CatchBoundary>
  );
}
