// Builds dist/: one bundle per entry with a shared chunk (a worker that starts from one file instead of
// forty boots measurably faster), and the type declarations. `#atomics` and `#host` stay imports of their
// own, so that a test or another runtime can put something else in their place.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);
rmSync("dist", { recursive: true, force: true });

await build({
  entryPoints: {
    index: "src/public/index.ts",
    worker: "src/worker/entry.ts",
    supervisor: "src/worker/supervisor-entry.ts",
    atomics: "src/memory/atomics.ts",
    "host-node": "src/host/node.ts",
  },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "es2022",
  sourcemap: true,
  sourcesContent: false,
  external: ["#atomics", "#host", "acorn"],
  chunkNames: "chunks/[name]-[hash]",
  logLevel: "warning",
});

const tscPackage = createRequire(import.meta.url).resolve("typescript/package.json");
const tsc = path.join(path.dirname(tscPackage), "bin", "tsc");
const types = spawnSync(process.execPath, [tsc, "-p", "tsconfig.types.json"], { stdio: "inherit" });
if (types.status !== 0) process.exit(types.status ?? 1);
