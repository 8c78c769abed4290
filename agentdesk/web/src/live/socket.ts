// The desk's one websocket: frames in order, requests with answers, and coming back by itself.
//
// A close code of 4500..4999 means "do not come back"; everything else is a loss, after which we return: at once the
// first time, then slower, with jitter, so that a thousand desks do not return in the same instant.

export interface Frame {
  type: string;
  id?: string;
  re?: string;
  seq?: number;
  data?: unknown;
}

/** Refusal is the server's "no" to a request, or silence where an answer was due. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export interface SocketEvents {
  opened(): void;
  frame(frame: Frame): void;
  lost(retryAt: number): void;
  ended(code: number, reason: string): void;
}

export interface SocketOptions {
  connect?: (url: string) => WebSocket;
  random?: () => number;
  answerWithin?: number;
  quietFor?: number;
}

interface Pending {
  resolve(data: unknown): void;
  reject(err: Error): void;
  timer: ReturnType<typeof setTimeout>;
}

/** stayAway tells whether a close code forbids coming back. */
export const stayAway = (code: number) => code >= 4500 && code <= 4999;

/** backoff is how long to wait before attempt n (0 is the first after a loss), in milliseconds. */
export function backoff(attempt: number, random: () => number): number {
  if (attempt === 0) return 50 + 200 * random();
  const top = Math.min(8000, 500 * 2 ** (attempt - 1));
  return top / 2 + (top / 2) * random();
}

export class Socket {
  private ws: WebSocket | null = null;
  private attempt = 0;
  private serial = 0;
  private wanted = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private quiet: ReturnType<typeof setTimeout> | undefined;
  private readonly pending = new Map<string, Pending>();

  constructor(
    private readonly url: string,
    private readonly events: SocketEvents,
    private readonly options: SocketOptions = {},
  ) {}

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.attempt = 0;
    this.open();
  }

  stop(): void {
    this.wanted = false;
    clearTimeout(this.timer);
    this.drop(1000, "left");
  }

  /** hurry tries at once instead of waiting for the next attempt: the network is back, or a person pressed the button. */
  hurry(): void {
    if (!this.wanted || this.ws) return;
    clearTimeout(this.timer);
    this.open();
  }

  get online(): boolean {
    return this.ws?.readyState === 1;
  }

  /** request sends a frame and resolves with the data of its answer. */
  request<T = unknown>(type: string, data?: unknown, within = this.options.answerWithin ?? 8000): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (!this.online) return reject(new Refusal("offline", type));
      this.serial += 1;
      const id = String(this.serial);
      const timer = setTimeout(() => this.settle(id, new Refusal("timeout", type)), within);
      this.pending.set(id, { resolve: resolve as (data: unknown) => void, reject, timer });
      this.ws?.send(JSON.stringify({ type, id, data }));
    });
  }

  private open(): void {
    const ws = this.options.connect ? this.options.connect(this.url) : new WebSocket(this.url);
    this.ws = ws;
    ws.onopen = () => {
      if (this.ws !== ws) return;
      this.events.opened();
      this.listen();
    };
    ws.onmessage = (message) => {
      if (this.ws === ws) this.read(String(message.data));
    };
    ws.onclose = (close) => {
      if (this.ws === ws) this.closed(close.code, close.reason);
    };
  }

  private read(text: string): void {
    let frame: Frame;
    try {
      frame = JSON.parse(text) as Frame;
    } catch {
      return;
    }
    if (frame.type === "hello") this.attempt = 0;
    this.listen();
    if (frame.re) this.answer(frame);
    this.events.frame(frame);
  }

  private answer(frame: Frame): void {
    if (frame.type !== "error") return this.settle(String(frame.re), null, frame.data);
    const said = (frame.data ?? {}) as { code?: string; message?: string };
    this.settle(String(frame.re), new Refusal(said.code ?? "", said.message ?? ""));
  }

  private settle(id: string, err: Error | null, data?: unknown): void {
    const waiting = this.pending.get(id);
    if (!waiting) return;
    this.pending.delete(id);
    clearTimeout(waiting.timer);
    if (err) waiting.reject(err);
    else waiting.resolve(data);
  }

  /** listen asks the server for a sign of life when nothing came for a while: a dead network closes no socket. */
  private listen(): void {
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => {
      const ws = this.ws;
      this.request("ping", undefined, 5000).catch((err: Refusal) => {
        if (err.code === "timeout" && this.ws === ws) {
          this.drop(4000, "silent");
          this.closed(1006, "");
        }
      });
    }, this.options.quietFor ?? 15000);
  }

  private closed(code: number, reason: string): void {
    this.ws = null;
    clearTimeout(this.quiet);
    for (const id of [...this.pending.keys()]) this.settle(id, new Refusal("offline", ""));
    if (!this.wanted) return;
    if (stayAway(code)) {
      this.wanted = false;
      this.events.ended(code, reason);
      return;
    }
    const wait = backoff(this.attempt, this.options.random ?? Math.random);
    this.attempt += 1;
    this.timer = setTimeout(() => this.open(), wait);
    this.events.lost(Date.now() + wait);
  }

  private drop(code: number, reason: string): void {
    const ws = this.ws;
    this.ws = null;
    clearTimeout(this.quiet);
    ws?.close(code, reason);
  }
}
