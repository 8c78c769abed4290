import "@mantine/core/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import "@fontsource-variable/inter/index.css";
import "./app/global.css";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { tidyDrafts } from "./desk/drafts";
import { armRing } from "./softphone/ring";

armRing();
tidyDrafts();

const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);
