// Runs before the first paint, so that a dark page never flashes white.
(() => {
  let scheme = "auto";
  try {
    scheme = localStorage.getItem("hotline.scheme") || "auto";
  } catch {}
  const dark = scheme === "dark" || (scheme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
