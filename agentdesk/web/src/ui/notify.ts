// Short messages in the corner: what went wrong, what was done.
import { notifications } from "@mantine/notifications";
import { i18n } from "../i18n";

const close = () => ({ closeButtonProps: { "aria-label": i18n.t("app.close") } });

export const done = (message: string) => notifications.show({ color: "green", message, autoClose: 4000, ...close() });

export const wrong = (title: string, message: string) =>
  notifications.show({ color: "red", title, message, autoClose: 8000, ...close() });
