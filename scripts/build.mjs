// Builds dist/. The whole library is one CommonJS file: a worker that loads it boots 5–7 ms sooner than one that
// loads the same code as ES modules, and there is one instance of it in a process, however it is imported.
// `index.js` (import) and `index.cjs` (require) hand out its public names. `#atomics` and `#host` are resolved here.
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
rmSync("dist", { recursive: true, force: true });

const { metafile } = await build({
  entryPoints: { core: "src/worker/core.ts" },
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  format: "cjs",
  platform: "node",
  target: "es2022",
  minifyWhitespace: true,
  sourcemap: true,
  sourcesContent: false,
  metafile: true,
  external: ["acorn"],
  define: { "import.meta.url": "threadkitUrl" },
  banner: { js: 'const threadkitUrl=require("node:url").pathToFileURL(__filename).href;' },
  logLevel: "warning",
});
writeFileSync("dist/worker.cjs", 'require("./core.cjs").runWorker();\n');
writeFileSync("dist/supervisor.cjs", 'require("./core.cjs").runSupervisor();\n');

const internal = new Set(["runWorker", "runSupervisor"]);
const names = Object.keys(createRequire(import.meta.url)("../dist/core.cjs")).filter(
  (name) => !internal.has(name),
);
writeFileSync("dist/index.js", `export { ${names.join(", ")} } from "./core.cjs";\n`);
writeFileSync(
  "dist/index.cjs",
  `"use strict";\nconst { ${names.join(", ")} } = require("./core.cjs");\nmodule.exports = { ${names.join(", ")} };\n`,
);
if (process.argv.includes("--meta")) writeFileSync(".tools/meta.json", JSON.stringify(metafile));

if (!process.argv.includes("--js")) {
  const tscPackage = createRequire(import.meta.url).resolve("typescript/package.json");
  const tsc = path.join(path.dirname(tscPackage), "bin", "tsc");
  const types = spawnSync(process.execPath, [tsc, "-p", "tsconfig.types.json"], { stdio: "inherit" });
  if (types.status !== 0) process.exit(types.status ?? 1);
  // The same declarations for `require`: a .d.cts twin that says what they are.
  writeFileSync("dist/types/index.d.cts", 'export * from "./public/index.js";\n');
}
