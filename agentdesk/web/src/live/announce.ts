// What is said to people who listen to the page instead of looking at it.
import { createStore } from "zustand/vanilla";

export const announced = createStore<{ urgent: string; polite: string }>(() => ({ urgent: "", polite: "" }));

/** announce interrupts: for a call. */
export const announce = (text: string) => announced.setState({ urgent: text });

/** mention waits for a pause in speech: for a change that was asked for. */
export const mention = (text: string) => announced.setState({ polite: text });
