// What tells of a ringing call while the page is in the background: its title and a desktop notification.
import { i18n } from "../i18n";

let shown: Notification | null = null;
let pageTitle = "";
let calling = "";

function write(): void {
  document.title = calling || pageTitle || i18n.t("app.name");
}

/** titleIs names the page that is shown; a ringing call comes first. */
export function titleIs(title: string): void {
  pageTitle = title ? `${title} · ${i18n.t("app.name")}` : "";
  write();
}

export function notice(who: string): void {
  calling = i18n.t("call.title", { who });
  write();
  if (!document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
  shown = new Notification(i18n.t("call.notice"), { body: who, tag: "hotline-call", requireInteraction: true });
  shown.onclick = () => {
    window.focus();
    shown?.close();
  };
}

export function clearNotice(): void {
  calling = "";
  write();
  shown?.close();
  shown = null;
}
