import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

const petrol: MantineColorsTuple = [
  "#eaf6f8",
  "#d6eaee",
  "#abd5dd",
  "#7cbfcb",
  "#55acbb",
  "#3b9fb1",
  "#1f8899",
  "#0b6f80",
  "#0b6472",
  "#044f5b",
];

const ink: MantineColorsTuple = [
  "#d5dae1",
  "#a9b3bf",
  "#8d98a6",
  "#697585",
  "#3a4552",
  "#2b3440",
  "#222a34",
  "#1a212a",
  "#141a21",
  "#0e1319",
];

export const theme = createTheme({
  primaryColor: "petrol",
  primaryShade: { light: 8, dark: 7 },
  colors: { petrol, dark: ink },
  autoContrast: true,
  luminanceThreshold: 0.35,
  fontFamily: '"Inter Variable", system-ui, sans-serif',
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  headings: {
    fontWeight: "600",
    sizes: { h1: { fontSize: "20px" }, h2: { fontSize: "15px" }, h3: { fontSize: "13px" } },
  },
  defaultRadius: "sm",
  radius: { sm: "6px", md: "10px" },
  cursorType: "pointer",
  respectReducedMotion: true,
  focusRing: "auto",
  components: {
    Button: { defaultProps: { size: "sm" } },
    TextInput: { defaultProps: { size: "sm" } },
    Select: { defaultProps: { size: "sm", checkIconPosition: "right", allowDeselect: false } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: true } },
    // A header inside a dialog is no landmark of the page; a menu needs no empty element to hold the focus.
    Modal: { defaultProps: { centered: true, attributes: { header: { role: "none" } } } },
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
  },
});

/** Mantine's dimmed text is too pale for small print; these reach 4.5:1 on every surface of ours. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#55606d",
    "--mantine-color-body": "#ffffff",
    "--mantine-color-text": "#18202a",
    "--mantine-color-placeholder": "#68737f",
    "--mantine-color-error": "#c22525",
    "--mantine-color-default-border": "#cfd6dd",
  },
  dark: {
    "--mantine-color-dimmed": "#a3aebb",
    "--mantine-color-body": "#161c23",
    "--mantine-color-text": "#e3e8ee",
    "--mantine-color-placeholder": "#8d98a6",
    "--mantine-color-error": "#ff8787",
    "--mantine-color-anchor": "#7cc4d1",
  },
});
