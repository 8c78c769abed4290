import { useRouteContext } from "@tanstack/react-router";
import type { User } from "../api/types";

/** useUser is who is logged in; inside the shell there is always somebody. */
export const useUser = (): User => useRouteContext({ from: "__root__", select: (context) => context.user });
