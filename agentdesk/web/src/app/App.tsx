import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { I18nextProvider } from "react-i18next";
import { loggedOut, Problem } from "../api/client";
import { i18n } from "../i18n";
import { Announcer } from "../live/Announcer";
import { LoginPage } from "../session/LoginPage";
import { me } from "../session/session";
import { Bones, Broken } from "../ui/Blank";
import { router } from "./routes";
import { theme, variables } from "./theme";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (count, err) => count < 2 && !(err instanceof Problem && err.status < 500),
    },
  },
});

loggedOut.addEventListener("out", () => queries.setQueryData(me.queryKey, null));

const scheme = localStorageColorSchemeManager({ key: "hotline.scheme" });

function Door() {
  const session = useQuery(me);
  if (session.isPending) return <Bones rows={3} />;
  if (session.isError) return <Broken error={session.error} retry={() => void session.refetch()} />;
  if (!session.data) return <LoginPage />;
  return <RouterProvider router={router} context={{ user: session.data }} />;
}

export function App() {
  return (
    <I18nextProvider i18n={i18n}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={variables}
        defaultColorScheme="auto"
        colorSchemeManager={scheme}
      >
        <QueryClientProvider client={queries}>
          <Notifications position="bottom-right" limit={3} />
          <Announcer />
          <Door />
        </QueryClientProvider>
      </MantineProvider>
    </I18nextProvider>
  );
}
