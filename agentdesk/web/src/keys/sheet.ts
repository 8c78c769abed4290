import { createStore } from "zustand/vanilla";

export const sheet = createStore(() => ({ open: false }));
