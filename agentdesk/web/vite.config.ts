import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.HOTLINE_HTTP ?? "127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  server: {
    proxy: { "/api": { target: `http://${server}`, ws: true } },
  },
  preview: {
    proxy: { "/api": { target: `http://${server}`, ws: true } },
  },
  build: {
    // dist/placeholder.html is committed; the copy in public/ puts it back after each build.
    emptyOutDir: true,
    chunkSizeWarningLimit: 900,
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
  },
});
