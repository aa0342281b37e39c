import threadkit from "threadkit/vite";
import { defineConfig } from "vite";

export default defineConfig({
  // In this repository the package itself would be looked at, too.
  plugins: [threadkit({ exclude: ["dist/browser"] })],
  base: "./",
  worker: { format: "es" },
});
