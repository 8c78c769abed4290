import { Button, Group, Modal, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../api/client";
import type { Ticket } from "../api/types";
import { done } from "../ui/notify";
import { useCategories } from "./queries";
import { categoryTitle, priorities } from "./words";

const blank = { subject: "", description: "", caller: "", priority: "normal", category: "" };

export function NewTicket({ open, close }: { open: boolean; close(): void }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const categories = useCategories().data ?? [];
  const [form, setForm] = useState(blank);
  const put = (change: Partial<typeof blank>) => setForm((old) => ({ ...old, ...change }));
  const create = useMutation({
    mutationFn: () => post<Ticket>("/tickets", form),
    onSuccess: (ticket) => {
      setForm(blank);
      close();
      done(t("tickets.created", { number: ticket.number }));
      void queries.invalidateQueries({ queryKey: ["tickets"] });
      void navigate({ to: "/tickets/$number", params: { number: String(ticket.number) } });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!create.isPending) create.mutate();
  };
  return (
    <Modal
      opened={open}
      onClose={close}
      title={t("tickets.create")}
      size="lg"
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={t("ticket.subject")}
            required
            data-autofocus
            maxLength={255}
            value={form.subject}
            onChange={(event) => put({ subject: event.currentTarget.value })}
          />
          <Textarea
            label={t("ticket.description")}
            rows={4}
            value={form.description}
            onChange={(event) => put({ description: event.currentTarget.value })}
          />
          <Group grow>
            <TextInput
              label={t("ticket.caller")}
              inputMode="tel"
              value={form.caller}
              onChange={(event) => put({ caller: event.currentTarget.value })}
            />
            <Select
              label={t("ticket.priority")}
              value={form.priority}
              data={priorities.map((priority) => ({ value: priority, label: t(`ticket.priorities.${priority}`) }))}
              onChange={(priority) => put({ priority: priority ?? "normal" })}
            />
            <Select
              label={t("ticket.category")}
              value={form.category}
              data={[
                { value: "", label: t("ticket.noCategory") },
                ...categories.map(({ code }) => ({
                  value: code,
                  label: categoryTitle(categories, code, i18n.language),
                })),
              ]}
              onChange={(category) => put({ category: category ?? "" })}
            />
          </Group>
          <Group justify="flex-end">
            <Text size="sm" c="red" role="alert">
              {create.isError && `${t("ticket.failed")}. ${create.error.message}`}
            </Text>
            <Button variant="default" onClick={close}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" loading={create.isPending}>
              {t("tickets.create")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
