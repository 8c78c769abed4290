import { MantineProvider } from "@mantine/core";
import { cleanup, render, screen } from "@testing-library/react";
import { I18nextProvider } from "react-i18next";
import { afterEach, expect, it } from "vitest";
import type { Pop } from "../api/types";
import { i18n } from "../i18n";
import { live } from "../live/live";
import { deskCall, nothing } from "../live/state";
import { OfferCard } from "./OfferCard";

const hostile = `<img src=x onerror="alert(1)"> ' OR 1=1 {{count}} $t(call.end)`;

const pop: Pop = {
  call: {
    id: "c1",
    direction: "inbound",
    line: "100",
    queue: "support",
    caller: { raw: hostile, name: hostile },
    state: "offered",
    arrived_at: "2026-03-02T10:00:00Z",
    ticket: 1001,
  },
  waited_ms: 65_000,
};

afterEach(() => {
  cleanup();
  live.setState(nothing, true);
});

function show() {
  live.setState({ link: "online", calls: [deskCall(pop, 0)] });
  render(
    <I18nextProvider i18n={i18n}>
      <MantineProvider>
        <OfferCard call={deskCall(pop, 0)} />
      </MantineProvider>
    </I18nextProvider>,
  );
}

it("shows hostile text as text", () => {
  show();
  expect(screen.getByTestId("offer-card").querySelector("img")).toBeNull();
  expect(screen.getAllByText(hostile).length).toBeGreaterThan(0);
});

it("names the ticket, the wait, and the keys of its buttons", () => {
  show();
  expect(screen.getByTestId("ticket-number").textContent).toBe("1001");
  expect(screen.getByText(/waited 1:05/)).toBeTruthy();
  expect(screen.getByTestId("answer").getAttribute("aria-keyshortcuts")).toBe("Alt+A");
});
