import { createStore } from "zustand/vanilla";

export const soundSettings = createStore(() => ({ open: false }));
