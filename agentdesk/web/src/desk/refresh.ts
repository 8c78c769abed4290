// Asking anew for what the server says has changed: the ticket itself at once, the lists at most once a second, for on a
// busy floor something changes all the time.
import type { QueryClient, QueryKey } from "@tanstack/react-query";

const listsEvery = 1000;

/** A first answer that is still on its way may be older than the change; without cancelling it would count as the new one. */
async function anew(queries: QueryClient, queryKey: QueryKey): Promise<void> {
  await queries.cancelQueries({ queryKey });
  await queries.invalidateQueries({ queryKey });
}

export interface Refresh {
  ticket(number: number): void;
  lists(): void;
  calls(): void;
  stop(): void;
}

export function refreshing(queries: QueryClient): Refresh {
  let resting: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  const lists = () => {
    again = resting !== undefined;
    if (again) return;
    void anew(queries, ["tickets"]);
    resting = setTimeout(() => {
      resting = undefined;
      if (again) lists();
    }, listsEvery);
  };
  return {
    ticket(number) {
      void anew(queries, ["ticket", number]);
      void anew(queries, ["timeline", number]);
    },
    lists,
    calls: () => void anew(queries, ["calls"]),
    stop: () => clearTimeout(resting),
  };
}
