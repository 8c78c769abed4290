import { Button, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../api/client";
import { commentDraft, draftComment } from "../desk/drafts";
import classes from "./tickets.module.css";

export function CommentBox({ number }: { number: number }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [text, setText] = useState(() => commentDraft(number));
  const write = (next: string) => {
    setText(next);
    draftComment(number, next);
  };
  const send = useMutation({
    mutationFn: () => post(`/tickets/${number}/comments`, { text: text.trim() }),
    onSuccess: () => {
      write("");
      void queries.invalidateQueries({ queryKey: ["timeline", number] });
      void queries.invalidateQueries({ queryKey: ["ticket", number] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() && !send.isPending) send.mutate();
  };
  return (
    <form className={classes.comment} onSubmit={submit}>
      <Textarea
        aria-label={t("ticket.comment")}
        placeholder={t("ticket.commentPlaceholder")}
        value={text}
        rows={2}
        maxLength={20000}
        dir="auto"
        onChange={(event) => write(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
        }}
      />
      <div className={classes.commentEnd}>
        <Text size="sm" c="red" role="alert">
          {send.isError && t("ticket.commentFailed")}
        </Text>
        <Button type="submit" variant="default" disabled={!text.trim()} loading={send.isPending}>
          {t("ticket.send")}
        </Button>
      </div>
    </form>
  );
}
