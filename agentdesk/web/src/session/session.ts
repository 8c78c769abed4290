// Who is logged in. The cookie is the session; the page only asks whose it is.
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, get, Problem, post } from "../api/client";
import type { User } from "../api/types";

interface Answer {
  user?: User;
}

const userOf = (answer: Answer | User): User => ("user" in answer && answer.user ? answer.user : (answer as User));

export const me = queryOptions({
  queryKey: ["session"],
  queryFn: async (): Promise<User | null> => {
    try {
      return userOf(await get<Answer>("/session"));
    } catch (err) {
      if (err instanceof Problem && err.status === 401) return null;
      throw err;
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
});

/** Nothing of one person's work may be seen by the next. */
function forgetAll(queries: QueryClient): void {
  queries.removeQueries({ predicate: (query) => query.queryKey[0] !== me.queryKey[0] });
}

export async function logIn(queries: QueryClient, username: string, password: string): Promise<void> {
  const answer = await post<Answer>("/session", { username, password });
  forgetAll(queries);
  queries.setQueryData(me.queryKey, userOf(answer));
}

export async function logOut(queries: QueryClient): Promise<void> {
  await api("DELETE", "/session").catch(() => {});
  forgetAll(queries);
  queries.setQueryData(me.queryKey, null);
}

export const leads = (user: User) => user.role === "supervisor" || user.role === "admin";
