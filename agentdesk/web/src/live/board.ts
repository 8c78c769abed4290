// The board is sent whole once, then in changes; each change carries its entries in full, so applying one twice is harmless.
import type { Board, BoardPatch } from "../api/types";

function replaced<T>(old: T[], changed: T[] | null | undefined, key: (entry: T) => string): T[] {
  if (!changed?.length) return old;
  const next = [...old];
  for (const entry of changed) {
    const at = next.findIndex((candidate) => key(candidate) === key(entry));
    if (at >= 0) next[at] = entry;
    else next.push(entry);
  }
  return next;
}

export function patched(board: Board, change: BoardPatch): Board {
  const gone = new Set(change.waiting_removed ?? []);
  const left = new Set(change.agents_removed ?? []);
  const waiting = gone.size ? board.waiting.filter((caller) => !gone.has(caller.call)) : board.waiting;
  const agents = left.size ? board.agents.filter((agent) => !left.has(agent.username)) : board.agents;
  return {
    ...board,
    at: change.at ?? board.at,
    queues: replaced(board.queues, change.queues, (queue) => queue.name),
    waiting: replaced(waiting, change.waiting, (caller) => caller.call),
    agents: replaced(agents, change.agents, (agent) => agent.username),
  };
}

/** whole makes a board of what the server sent; Go writes an empty list as null. */
export function whole(board: Board | null | undefined): Board | null {
  if (!board) return null;
  return { ...board, queues: board.queues ?? [], waiting: board.waiting ?? [], agents: board.agents ?? [] };
}
