import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backoff, type Frame, Refusal, Socket, stayAway } from "./socket";

class Wire {
  readyState = 0;
  sent: Frame[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((close: { code: number; reason: string }) => void) | null = null;
  closedWith = 0;
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close(code: number) {
    this.closedWith = code;
  }
  opens() {
    this.readyState = 1;
    this.onopen?.();
  }
  says(frame: Frame) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  breaks(code: number, reason = "") {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }
}

function line() {
  const wires: Wire[] = [];
  const heard: Frame[] = [];
  const ends: number[] = [];
  const losses: number[] = [];
  const socket = new Socket(
    "ws://desk",
    {
      opened: () => {},
      frame: (frame) => heard.push(frame),
      lost: (at) => losses.push(at),
      ended: (code) => ends.push(code),
    },
    {
      connect: () => {
        const wire = new Wire();
        wires.push(wire);
        return wire as unknown as WebSocket;
      },
      random: () => 0.5,
    },
  );
  const last = () => wires[wires.length - 1] as Wire;
  return { socket, wires, heard, ends, losses, last };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a desk's socket", () => {
  it("comes back at once after the first loss and slower after each further one", () => {
    const { socket, wires, last } = line();
    socket.start();
    last().breaks(1006);
    vi.advanceTimersByTime(150);
    expect(wires.length).toBe(2);
    last().breaks(1006);
    vi.advanceTimersByTime(150);
    expect(wires.length).toBe(2);
    vi.advanceTimersByTime(300);
    expect(wires.length).toBe(3);
  });

  it("starts its patience afresh after a greeting, not after a mere connection", () => {
    const { socket, wires, last } = line();
    socket.start();
    for (let i = 0; i < 4; i++) {
      last().opens();
      last().breaks(1011);
      vi.advanceTimersByTime(10_000);
    }
    last().opens();
    last().says({ type: "hello", data: {} });
    const before = wires.length;
    last().breaks(4000);
    vi.advanceTimersByTime(260);
    expect(wires.length).toBe(before + 1);
  });

  it("stays away when it is told to", () => {
    const { socket, wires, ends, last } = line();
    socket.start();
    last().opens();
    last().breaks(4501, "taken over");
    vi.advanceTimersByTime(60_000);
    expect(ends).toEqual([4501]);
    expect(wires.length).toBe(1);
  });

  it("returns when somebody takes over here again", () => {
    const { socket, wires, last } = line();
    socket.start();
    last().breaks(4501);
    socket.start();
    expect(wires.length).toBe(2);
  });

  it("gives the answer to the request it belongs to", async () => {
    const { socket, heard, last } = line();
    socket.start();
    last().opens();
    const hold = socket.request("call.hold", { call: "a" });
    const mute = socket.request("call.mute", { call: "a" });
    last().says({ type: "error", re: "2", data: { code: "stale", message: "gone" } });
    last().says({ type: "ok", re: "1", data: { done: true } });
    await expect(hold).resolves.toEqual({ done: true });
    await expect(mute).rejects.toMatchObject({ code: "stale" });
    expect(heard.length).toBe(2);
  });

  it("fails requests that the loss left open, and those made while offline", async () => {
    const { socket, last } = line();
    socket.start();
    last().opens();
    const open = socket.request("call.hold");
    last().breaks(1006);
    await expect(open).rejects.toMatchObject({ code: "offline" });
    await expect(socket.request("call.hold")).rejects.toBeInstanceOf(Refusal);
  });

  it("gives up on an answer that never comes", async () => {
    const { socket, last } = line();
    socket.start();
    last().opens();
    const asked = socket.request("call.hold");
    const failed = expect(asked).rejects.toMatchObject({ code: "timeout" });
    await vi.advanceTimersByTimeAsync(8000);
    await failed;
  });

  it("notices a network that is dead without having closed anything", async () => {
    const { socket, wires, losses, last } = line();
    socket.start();
    last().opens();
    const dead = last();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(dead.sent[0]?.type).toBe("ping");
    await vi.advanceTimersByTimeAsync(5_200);
    expect(dead.closedWith).toBe(4000);
    expect(losses.length).toBe(1);
    expect(wires.length).toBe(2);
  });

  it("ignores what an abandoned connection still says", () => {
    const { socket, wires, heard, last } = line();
    socket.start();
    const old = last();
    old.breaks(1006);
    vi.advanceTimersByTime(300);
    old.says({ type: "hello" });
    old.breaks(4501);
    expect(heard).toEqual([]);
    expect(wires.length).toBe(2);
  });

  it("survives a frame that is not JSON", () => {
    const { socket, heard, last } = line();
    socket.start();
    last().opens();
    last().onmessage?.({ data: "<html>" });
    expect(heard).toEqual([]);
  });

  it("tries at once when the network is back", () => {
    const { socket, wires, last } = line();
    socket.start();
    last().breaks(1006);
    socket.hurry();
    expect(wires.length).toBe(2);
  });
});

describe("close codes and waiting", () => {
  it.each([
    [1006, false],
    [4000, false],
    [4499, false],
    [4500, true],
    [4999, true],
    [5000, false],
  ])("%i: stay away %s", (code, away) => {
    expect(stayAway(code)).toBe(away);
  });

  it("never waits longer than eight seconds, and never not at all", () => {
    for (let n = 0; n < 40; n++) {
      for (const random of [0, 1]) {
        const wait = backoff(n, () => random);
        expect(wait).toBeGreaterThanOrEqual(50);
        expect(wait).toBeLessThanOrEqual(8000);
      }
    }
  });
});
