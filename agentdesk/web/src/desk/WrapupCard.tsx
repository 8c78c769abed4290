// After the call: its result and a note, against the server's clock. What is written is kept, whatever happens to the page.
import { Button, Select, Textarea } from "@mantine/core";
import { IconCheck, IconClockPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { get } from "../api/client";
import type { Call } from "../api/types";
import { titled } from "../i18n/format";
import { label } from "../keys/keymap";
import { useLive } from "../live/live";
import type { DeskCall } from "../live/state";
import { useDispositions } from "../tickets/queries";
import { Remaining } from "../ui/Elapsed";
import { Key } from "../ui/Key";
import { extendWrapup, finishWrapup, resultNeeded, wishes } from "./actions";
import classes from "./desk.module.css";
import { draftWrapup, wrapupDraft, wrapups } from "./drafts";
import { callerName } from "./who";

export function WrapupCard({ call }: { call: DeskCall | null }) {
  const { t } = useTranslation();
  const presence = useLive((state) => state.presence);
  const extended = useStore(wishes, (state) => state.extended !== "" && state.extended === presence?.call);
  const id = call?.id ?? presence?.call ?? "";
  const asked = useQuery({
    queryKey: ["call", id],
    queryFn: () => get<Call>(`/calls/${id}`),
    enabled: !call && id !== "",
  });
  const about = call?.pop.call ?? asked.data;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void finishWrapup();
  };
  return (
    <form
      className={classes.card}
      data-tone="wrapup"
      data-testid="wrapup-form"
      aria-label={t("wrapup.title")}
      onSubmit={submit}
    >
      <div className={classes.wrapupHead}>
        <strong>{t("wrapup.title")}</strong>
        <span className="clip" dir="auto">
          {about && (callerName(about, call?.pop) ?? t("call.hidden"))}
        </span>
        {presence?.until && (
          <span className={classes.clock} data-testid="wrapup-left">
            <Remaining until={presence.until} />
          </span>
        )}
      </div>
      <div className={classes.wrapupFields}>
        <Result call={id} queue={call?.pop.queue ?? about?.queue ?? ""} />
        <Note call={id} />
        <div className={classes.wrapupButtons}>
          <Button type="submit" leftSection={<IconCheck size={16} />} aria-keyshortcuts={label("finish")}>
            {t("wrapup.finish")}
            <Key>{label("finish")}</Key>
          </Button>
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<IconClockPlus size={15} />}
            disabled={extended}
            onClick={() => void extendWrapup()}
          >
            {t("presence.extend")}
          </Button>
        </div>
      </div>
    </form>
  );
}

function Result({ call, queue }: { call: string; queue: string }) {
  const { t, i18n } = useTranslation();
  const chosen = useStore(wrapups, () => wrapupDraft(call).disposition);
  const missing = useStore(wishes, (state) => state.resultMissing === call && call !== "");
  const results = useDispositions(queue);
  const items = results.data ?? [];
  useEffect(() => {
    if (items.length > 0) resultNeeded(call);
  }, [items.length, call]);
  return (
    <Select
      label={t("wrapup.disposition")}
      placeholder={t("wrapup.choose")}
      error={missing && !chosen ? t("wrapup.choose") : undefined}
      ref={(field: HTMLInputElement | null) => {
        if (missing && !chosen) field?.focus();
      }}
      disabled={results.isSuccess && items.length === 0}
      value={chosen || null}
      onChange={(disposition) => {
        draftWrapup(call, { disposition: disposition ?? "" });
        wishes.setState({ resultMissing: "" });
      }}
      data={items.map((item) => ({ value: item.code, label: titled(item.title, i18n.language, item.code) }))}
    />
  );
}

function Note({ call }: { call: string }) {
  const { t } = useTranslation();
  const note = useStore(wrapups, () => wrapupDraft(call).note);
  return (
    <Textarea
      label={t("wrapup.note")}
      placeholder={t("wrapup.notePlaceholder")}
      rows={3}
      value={note}
      maxLength={4000}
      onChange={(event) => draftWrapup(call, { note: event.currentTarget.value })}
    />
  );
}
