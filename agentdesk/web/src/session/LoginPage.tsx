import { Alert, Button, Group, Paper, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../api/client";
import { Logo } from "../app/Logo";
import { titleIs } from "../desk/notice";
import { LanguageChoice } from "./LanguageChoice";
import { logIn } from "./session";
import classes from "./session.module.css";

function reason(error: unknown): "wrong" | "slow" | "unreachable" {
  if (error instanceof Problem && error.status === 429) return "slow";
  if (error instanceof Problem && error.status < 500) return "wrong";
  return "unreachable";
}

export function LoginPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const login = useMutation({ mutationFn: () => logIn(queries, username.trim(), password) });

  useEffect(() => titleIs(t("session.title")), [t]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!login.isPending) login.mutate();
  };

  return (
    <main className={classes.login}>
      <Paper className={classes.card} withBorder p="xl" radius="md">
        <Stack gap="lg">
          <Stack gap={4}>
            <div className={classes.logo}>
              <Logo size={34} />
            </div>
            <Title order={1}>{t("session.title")}</Title>
            <Text c="dimmed">{t("session.intro")}</Text>
          </Stack>
          <form onSubmit={submit} data-testid="login-form" aria-label={t("session.title")}>
            <Stack gap="sm">
              <TextInput
                label={t("session.username")}
                name="username"
                autoComplete="username"
                autoCapitalize="none"
                autoFocus
                required
                withAsterisk={false}
                value={username}
                onChange={(event) => setUsername(event.currentTarget.value)}
              />
              <PasswordInput
                label={t("session.password")}
                name="password"
                autoComplete="current-password"
                required
                withAsterisk={false}
                value={password}
                onChange={(event) => setPassword(event.currentTarget.value)}
              />
              <div className={classes.message}>
                {login.isError && (
                  <Alert color="red" p="xs" role="alert">
                    {t(`session.${reason(login.error)}`)}
                  </Alert>
                )}
              </div>
              <Button type="submit" size="md" loading={login.isPending} fullWidth>
                {t("session.submit")}
              </Button>
            </Stack>
          </form>
          <Group justify="center">
            <LanguageChoice />
          </Group>
        </Stack>
      </Paper>
    </main>
  );
}
