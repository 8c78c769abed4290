// One way to the server's REST interface: JSON in, JSON out, problems as errors.
import type { Page } from "./types";

/** Problem is an answer that is not a success: status and the words of RFC 9457. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
  ) {
    super(detail || title);
  }
}

/** Somebody must log in again; the session listens. */
export const loggedOut = new EventTarget();

async function problemOf(answer: Response): Promise<Problem> {
  try {
    const body = await answer.json();
    return new Problem(answer.status, String(body.title ?? ""), String(body.detail ?? ""));
  } catch {
    return new Problem(answer.status, answer.statusText, "");
  }
}

export async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method === "POST") headers["Idempotency-Key"] = newId();
  const answer = await fetch(`/api/v1${path}`, {
    method,
    headers,
    credentials: "same-origin",
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!answer.ok) {
    if (answer.status === 401 && path !== "/session") loggedOut.dispatchEvent(new Event("out"));
    throw await problemOf(answer);
  }
  if (answer.status === 204) return undefined as T;
  return (await answer.json()) as T;
}

export const get = <T>(path: string) => api<T>("GET", path);
export const post = <T>(path: string, body: unknown) => api<T>("POST", path, body);
export const patch = <T>(path: string, body: unknown) => api<T>("PATCH", path, body);

/** list reads a collection; a bare array counts as its only page. */
export async function list<T>(path: string): Promise<Page<T>> {
  const body = await get<Page<T> | T[] | null>(path);
  if (Array.isArray(body)) return { items: body };
  return { items: body?.items ?? [], next_cursor: body?.next_cursor };
}

/** query builds "?a=b" of what is set, in the given order. */
export function query(values: Record<string, string | number | boolean | undefined>): string {
  const text = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== "" && value !== false) text.set(name, String(value));
  }
  const joined = text.toString();
  return joined ? `?${joined}` : "";
}

/** newId works in an insecure context too, where randomUUID does not exist. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}
