// Builds dist/. The library is CommonJS in two files: a worker boots 5–7 ms sooner than with the same code as ES
// modules, and there is one instance of it in a process, however it is imported. `outgoing.cjs`, what packs values
// and closures, is loaded when it is first needed: that half costs 4 ms, and most threads need it never.
// `index.js` (import) and `index.cjs` (require) hand out the public names. `#atomics` and `#host` are resolved here.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
rmSync("dist", { recursive: true, force: true });

const settings = {
  bundle: true,
  format: "cjs",
  platform: "node",
  target: "es2022",
  minifyWhitespace: true,
  sourcemap: true,
  sourcesContent: false,
  metafile: true,
  define: { "import.meta.url": "threadkitFile.url", threadkitParser: '"./acorn.cjs"' },
  banner: {
    js: 'const threadkitFile={get url(){return require("node:url").pathToFileURL(__filename).href}};',
  },
  logLevel: "warning",
};
const CORE = "src/worker/core.ts";
const OUTGOING = "src/capture/outgoing.ts";

/** The modules that a bundle of `entry` consists of. */
async function modulesOf(entry) {
  const { metafile } = await build({ ...settings, entryPoints: [entry], write: false, outdir: "dist" });
  return Object.keys(metafile.inputs);
}
// What both halves need is in core.cjs; outgoing.cjs takes it from there, so that each module with state exists once.
// Constants are inlined in both: encoding reads them for every value.
const CONSTANTS = "src/transfer/codec.ts";
const inCore = new Set(await modulesOf(CORE));
const shared = (await modulesOf(OUTGOING)).filter((module) => inCore.has(module) && module !== CONSTANTS);

const core = await build({
  ...settings,
  stdin: {
    contents: [
      `export * from "./${CORE}";`,
      ...shared.map((module, i) => `import * as m${i} from "./${module}";`),
      `export const shared = { ${shared.map((module, i) => `"${module}": m${i}`).join(", ")} };`,
    ].join("\n"),
    resolveDir: ".",
  },
  outfile: "dist/core.cjs",
});
const fromCore = {
  name: "from-core",
  setup(bundler) {
    bundler.onResolve({ filter: /\.ts$/ }, ({ path: file, resolveDir }) => {
      const module = path.relative(process.cwd(), path.resolve(resolveDir, file)).replaceAll(path.sep, "/");
      return shared.includes(module) ? { path: module, namespace: "core" } : undefined;
    });
    bundler.onLoad({ filter: /.*/, namespace: "core" }, ({ path: module }) => ({
      contents: `module.exports = require("./core.cjs").shared["${module}"];`,
    }));
    bundler.onResolve({ filter: /^\.\/core\.cjs$/ }, ({ path: file }) => ({ path: file, external: true }));
  },
};
const outgoing = await build({
  ...settings,
  entryPoints: [OUTGOING],
  outfile: "dist/outgoing.cjs",
  plugins: [fromCore],
});
for (const name of ["worker", "supervisor"]) {
  const outfile = `dist/${name}.cjs`;
  await build({
    ...settings,
    banner: {},
    entryPoints: [`src/worker/boot-${name}.ts`],
    outfile,
    sourcemap: false,
  });
}
writeFileSync("dist/import.cjs", "module.exports = (specifier) => import(specifier);\n");

const internal = new Set(["runWorker", "runSupervisor", "shared"]);
// The parser: of 250 kB two thirds are left, and a first capture has it 3 ms sooner.
const license = readFileSync("node_modules/acorn/LICENSE", "utf8");
await build({
  stdin: { contents: 'export { parse } from "acorn";', resolveDir: "." },
  ...{
    bundle: true,
    minify: true,
    format: "cjs",
    platform: "node",
    target: "es2022",
    outfile: "dist/acorn.cjs",
  },
  banner: { js: `/* acorn\n${license}*/` },
});

const names = Object.keys(createRequire(import.meta.url)("../dist/core.cjs")).filter(
  (name) => !internal.has(name),
);
// Not `export … from "./core.cjs"`: to learn the names, Node would read through the whole file first (8 ms).
writeFileSync(
  "dist/index.js",
  `import { createRequire } from "node:module";\nexport const { ${names.join(", ")} } = createRequire(import.meta.url)("./core.cjs");\n`,
);
writeFileSync(
  "dist/index.cjs",
  `"use strict";\nconst { ${names.join(", ")} } = require("./core.cjs");\nmodule.exports = { ${names.join(", ")} };\n`,
);
if (process.argv.includes("--meta")) {
  writeFileSync(".tools/meta.json", JSON.stringify([core.metafile, outgoing.metafile]));
}

if (!process.argv.includes("--js")) {
  const tscPackage = createRequire(import.meta.url).resolve("typescript/package.json");
  const tsc = path.join(path.dirname(tscPackage), "bin", "tsc");
  const types = spawnSync(process.execPath, [tsc, "-p", "tsconfig.types.json"], { stdio: "inherit" });
  if (types.status !== 0) process.exit(types.status ?? 1);
  // The same declarations for `require`: a .d.cts twin that says what they are.
  writeFileSync("dist/types/index.d.cts", 'export * from "./public/index.js";\n');
}
