import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "#shop": import.meta.dirname } },
});
