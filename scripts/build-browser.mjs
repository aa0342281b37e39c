// Builds dist/browser/: ES modules for pages and workers, made for bundlers as well as for a page without one.
//
// core.js       the library, as a function that is called once in a realm: an application's bundles may hold it twice,
//               and two of them would be two memories
// index.js      what programs import; starts workers by the one literal that bundlers look for
// worker.js     first file of a thread and of the supervisor, which starts others by its own address: Vite refuses a
//               worker that names itself, and a file for each of them would be the library once more
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";

const { version } = JSON.parse(readFileSync("package.json", "utf8"));

const CAPTURE = path.resolve("src/capture") + path.sep;
/** What stands in the place of files that are made of Node: code is lifted at build time, so no parser is needed. */
const STAND_INS = path.join(CAPTURE, "browser");
const SEAMS = { "#atomics": "src/memory/atomics.ts", "#host": "src/host/browser.ts" };

/**
 * Errors cross by the names of their classes, and bundlers give classes names of their own, ours and an application's.
 * esbuild's `keepNames` would keep those of all functions, too (37 kB).
 */
const CLASS = /^(?:export )?(?:abstract )?class (\w+)[^{;]*\{/gm;
const KEEP =
  'const keepName = (cls, value) => Object.defineProperty(cls, "name", { value, configurable: true });';

const forBrowsers = {
  name: "for-browsers",
  setup(bundler) {
    bundler.onResolve({ filter: /^#/ }, ({ path: specifier }) => ({ path: path.resolve(SEAMS[specifier]) }));
    bundler.onResolve({ filter: /\.ts$/ }, ({ path: specifier, resolveDir }) => {
      const file = path.resolve(resolveDir, specifier);
      const isCapture = file.startsWith(CAPTURE) && path.basename(file) !== "lifted.ts";
      const standIn = path.join(STAND_INS, path.basename(file));
      return { path: isCapture && existsSync(standIn) ? standIn : file, sideEffects: !isCapture };
    });
    bundler.onLoad({ filter: /\.ts$/ }, ({ path: file }) => ({
      loader: "ts",
      contents: readFileSync(file, "utf8").replace(
        CLASS,
        (head, name) => `${head} static { keepName(this, "${name}"); }`,
      ),
    }));
    bundler.onResolve({ filter: /^node:|^acorn$/ }, ({ path: specifier, importer }) => ({
      errors: [
        { text: `${path.relative(process.cwd(), importer)} needs ${specifier}, which no browser has` },
      ],
    }));
  },
};

const settings = { bundle: true, platform: "neutral", target: "es2022", logLevel: "warning" };

export async function buildForBrowsers(names, lifting) {
  const { metafile } = await build({
    ...settings,
    entryPoints: ["src/worker/browser.ts"],
    outfile: "dist/browser/core.js",
    format: "iife",
    globalName: "threadkit",
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    plugins: [forBrowsers],
    banner: { js: `${KEEP}const make = () => {` },
    footer: {
      js: [
        "return threadkit; };",
        `const key = Symbol.for("threadkit ${version}");`,
        "if (!(key in globalThis)) Object.defineProperty(globalThis, key, { value: make() });",
        "export const library = globalThis[key];",
      ].join("\n"),
    },
  });
  writeFileSync(
    "dist/browser/index.js",
    `import { library } from "./core.js";
library.setSpawner((name) => new Worker(new URL("./worker.js", import.meta.url), { type: "module", name }));
export const { ${names.join(", ")} } = library.face;
`,
  );
  writeFileSync(
    "dist/browser/lifted.js",
    `import { library } from "./core.js";\nexport const { ${lifting.join(", ")} } = library.lifting;\n`,
  );
  writeFileSync("dist/browser/worker.js", 'import { library } from "./core.js";\nlibrary.begin();\n');
  return metafile;
}
