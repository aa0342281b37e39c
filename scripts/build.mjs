// Builds dist/. The library is CommonJS: a worker boots 5–7 ms sooner than with the same code as ES modules, and there
// is one instance of it in a process, however it is imported. Every thread loads `core.cjs`. The other parts are loaded
// when they are first needed, since most threads need them never: `outgoing.cjs`, what packs values and closures,
// `tools.cjs`, what serves test runners, coverage and other runtimes than Node,
// `supervise.cjs`, what only the supervisor runs, `data.cjs`, containers, structs and queues, and `pools.cjs`, futures and pools; see memory/parts.ts.
// `index.js` (import) and `index.cjs` (require) hand out the public names. `#atomics` and `#host` are resolved here.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build, transformSync } from "esbuild";
import { buildForBrowsers } from "./build-browser.mjs";
import { buildPlugins, declarePlugins } from "./build-plugin.mjs";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
rmSync("dist", { recursive: true, force: true });

const settings = {
  bundle: true,
  format: "cjs",
  platform: "node",
  target: "es2022",
  minifyWhitespace: true,
  minifySyntax: true,
  // For those who work on it: what is published has no sources that a comment in the files could lead to.
  sourcemap: "external",
  sourcesContent: false,
  metafile: true,
  define: {
    "import.meta.url": "threadkitFile.url",
    threadkitParser: '"./acorn.cjs"',
    "Symbol.dispose": "threadkitDispose",
    "Symbol.asyncDispose": "threadkitAsyncDispose",
  },
  // A `vm` context of Node 20 (Vitest, Jest) lacks the symbols; compilers of `using` then take these.
  banner: {
    js:
      'const threadkitFile={get url(){return process.getBuiltinModule("node:url").pathToFileURL(__filename).href}},' +
      'threadkitDispose=Symbol.dispose??Symbol.for("Symbol.dispose"),' +
      'threadkitAsyncDispose=Symbol.asyncDispose??Symbol.for("Symbol.asyncDispose");',
  },
  logLevel: "warning",
};
const CORE = "src/worker/core.ts";
const PARTS = {
  outgoing: "src/capture/outgoing.ts",
  tools: "src/capture/tools/part.ts",
  supervise: "src/worker/supervise.ts",
  data: "src/worker/data.ts",
  pools: "src/worker/pools.ts",
};
// In each bundle that needs them: they are inlined, and encoding reads some of them for every value.
const CONSTANTS = [
  "src/transfer/codec.ts",
  "src/memory/layout.ts",
  "src/parking/layout.ts",
  "src/memory/atomics.ts",
];
const SEAMS = { "#atomics": "src/memory/atomics.ts", "#host": "src/host/node.ts" };

/** Modules that the bundle of an entry consists of, and the names that the entry exports. */
async function look(entry) {
  const { metafile } = await build({
    ...settings,
    entryPoints: [entry],
    format: "esm",
    define: {},
    write: false,
    outdir: "dist",
  });
  const bundle = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined);
  return { modules: Object.keys(metafile.inputs), exports: bundle.exports };
}
const looked = Object.fromEntries(
  await Promise.all(
    Object.entries({ core: CORE, ...PARTS }).map(async ([part, entry]) => [part, await look(entry)]),
  ),
);

// What several of them need is in core.cjs, and the others take it from there: each module with state exists once.
const users = new Map();
for (const { modules } of Object.values(looked))
  for (const module of modules) users.set(module, (users.get(module) ?? 0) + 1);
const inCore = new Set(looked.core.modules);
for (const [module, count] of users) if (count > 1 && !CONSTANTS.includes(module)) inCore.add(module);

/** The module that an import statement in `from` means. */
const moduleOf = (specifier, from) =>
  SEAMS[specifier] ?? path.posix.normalize(path.posix.join(path.posix.dirname(from), specifier));

/** What each part, and all of them, take from each module of core.cjs. */
const taken = Object.fromEntries(["all", ...Object.keys(PARTS)].map((part) => [part, new Map()]));
for (const part of Object.keys(PARTS))
  for (const module of looked[part].modules)
    if (!inCore.has(module) && !CONSTANTS.includes(module)) noteTaken(module, part);

function noteTaken(module, part) {
  const { code } = transformSync(readFileSync(module, "utf8"), {
    loader: "ts",
    target: "es2022",
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  for (const [, clause, specifier] of code.matchAll(
    /^(?:import|export) (\{[^}]*\}|[^{}]*?) from "([^"]+)";$/gm,
  )) {
    const from = moduleOf(specifier, module);
    if (!inCore.has(from) || CONSTANTS.includes(from)) continue;
    if (!clause.startsWith("{"))
      throw new Error(`${module}: import names from ${from}, which is in another bundle`);
    const names = clause.slice(1, -1).split(",");
    for (const users of [taken.all, taken[part]]) {
      if (!users.has(from)) users.set(from, new Set());
      for (const name of names) if (name.trim()) users.get(from).add(name.trim().split(" as ")[0]);
    }
  }
}

/** Live bindings of a module; it must export `follow`, by which the bundles' copies of them are kept up to date. */
const liveIn = (module) =>
  [...readFileSync(module, "utf8").matchAll(/^export let (\w+)/gm)].map(([, name]) => name);

/** The last lines of core.cjs: what parts take from it, a module after the other, made when the first of them asks. */
function sharing() {
  const imports = [];
  const objects = [];
  [...taken.all].forEach(([module, names], i) => {
    const live = liveIn(module).filter((name) => names.has(name));
    const all = live.length > 0 ? [...names, "follow"] : [...names];
    imports.push(`import { ${all.map((name) => `${name} as ${name}_${i}`).join(", ")} } from "./${module}";`);
    const fields = all.map((name) =>
      live.includes(name) ? `get ${name}() { return ${name}_${i}; }` : `${name}: ${name}_${i}`,
    );
    objects.push(`{ ${fields.join(", ")} }`);
  });
  for (const module of inCore)
    if (!looked.core.modules.includes(module)) imports.push(`import "./${module}";`);
  return `${imports.join("\n")}\nlet made;\nexport const shared = () => (made ??= [${objects.join(",\n")}]);\n`;
}

/** A module of core.cjs, as a part has it: constants for its exports, so that calls cost what they cost there. */
function copyOf(module, names) {
  const shared = `threadkitShared[${[...taken.all.keys()].indexOf(module)}]`;
  const live = liveIn(module).filter((name) => names.has(name));
  const fixed = [...names].filter((name) => !live.includes(name));
  const lines = [];
  if (fixed.length > 0) lines.push(`export const { ${fixed.join(", ")} } = ${shared};`);
  if (live.length > 0) {
    lines.push(`const m = ${shared};`, `export let { ${live.join(", ")} } = m;`);
    lines.push(`m.follow(() => { ${live.map((name) => `${name} = m.${name};`).join(" ")} });`);
  }
  return lines.join("\n");
}

const fromCore = (names) => ({
  name: "from-core",
  setup(bundler) {
    bundler.onResolve({ filter: /\.ts$|^#/ }, ({ path: specifier, importer, resolveDir }) => {
      if (importer === "") return undefined;
      const folder = path.relative(process.cwd(), resolveDir).replaceAll(path.sep, "/");
      const module = moduleOf(specifier, `${folder}/_`);
      if (!inCore.has(module) || CONSTANTS.includes(module)) return undefined;
      return { path: module, namespace: "core", sideEffects: names.has(module) };
    });
    bundler.onLoad({ filter: /.*/, namespace: "core" }, ({ path: module }) => ({
      contents: names.has(module) ? copyOf(module, names.get(module)) : "",
    }));
  },
});

const bundles = [
  await build({
    ...settings,
    define: {
      ...settings.define,
      threadkitParts: JSON.stringify({ data: looked.data.exports, pools: looked.pools.exports }),
    },
    stdin: { contents: `export * from "./${CORE}";\n${sharing()}`, resolveDir: "." },
    outfile: "dist/core.cjs",
  }),
];
const banner = { js: `${settings.banner.js}const threadkitShared=require("./core.cjs").shared();` };
for (const [part, entry] of Object.entries(PARTS))
  bundles.push(
    await build({
      ...settings,
      banner,
      entryPoints: [entry],
      outfile: `dist/${part}.cjs`,
      plugins: [fromCore(taken[part])],
    }),
  );
for (const name of ["worker", "supervisor", "main"]) {
  const outfile = `dist/${name}.cjs`;
  await build({
    ...settings,
    banner: {},
    entryPoints: [`src/worker/boot-${name}.ts`],
    outfile,
    sourcemap: false,
  });
}
// Lifted code imports this and nothing else. Both forms find the same list of lifted functions.
for (const [format, end] of [
  ["esm", "js"],
  ["cjs", "cjs"],
])
  await build({
    ...settings,
    ...{ banner: {}, define: {}, platform: "neutral", format, sourcemap: false },
    entryPoints: ["src/public/lifted.ts"],
    outfile: `dist/lifted.${end}`,
  });
await buildPlugins(settings);
writeFileSync("dist/import.cjs", "module.exports = (specifier) => import(specifier);\n");

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

const { exports: names } = await look("src/public/index.ts");
const namesOf = (part) => names.filter((name) => looked[part].exports.includes(name)).join(", ");
// Jest forgets modules (`resetModules`), and refuses `require` after the tests: a part that is loaded late would get
// another core.cjs, or none.
const IN_JEST = "process.env.JEST_WORKER_ID !== undefined";
const FACES = ["core", "data", "pools"];
// Not `export … from "./core.cjs"`: to learn the names, Node would read through the whole file first (8 ms).
writeFileSync(
  "dist/index.js",
  [
    'import { createRequire } from "node:module";',
    'const { load } = createRequire(import.meta.url)("./main.cjs");',
    ...FACES.map((part) => `export const { ${namesOf(part)} } = load("${part}.cjs");`),
    `if (${IN_JEST}) load("core.cjs").loadAll();`,
  ].join("\n"),
);
// Whoever requires it pays for the parts whose names are asked for. `0 &&`: so that Node sees the names when it is imported.
const later = FACES.slice(1).map((part) => `later(() => require("./${part}.cjs"), "${namesOf(part)}");`);
writeFileSync(
  "dist/index.cjs",
  `"use strict";
const { ${namesOf("core")} } = require("./core.cjs");
module.exports = { ${namesOf("core")} };
function later(load, list) {
  const names = list.split(", ");
  const define = (name, value) =>
    Object.defineProperty(module.exports, name, { value, configurable: true, enumerable: true, writable: true });
  for (const name of names)
    Object.defineProperty(module.exports, name, {
      configurable: true,
      enumerable: true,
      get() {
        const part = load();
        for (const name of names)
          if (Object.getOwnPropertyDescriptor(module.exports, name)?.get !== undefined) define(name, part[name]);
        return part[name];
      },
      set: (value) => define(name, value),
    });
}
${later.join("\n")}
if (${IN_JEST}) require("./core.cjs").loadAll();
0 && (module.exports = { ${names.join(", ")} });
`,
);
await buildForBrowsers(names, (await look("src/public/lifted.ts")).exports);
if (process.argv.includes("--meta")) {
  writeFileSync(".tools/meta.json", JSON.stringify(bundles.map(({ metafile }) => metafile)));
}

if (!process.argv.includes("--js")) {
  const tscPackage = createRequire(import.meta.url).resolve("typescript/package.json");
  const tsc = path.join(path.dirname(tscPackage), "bin", "tsc");
  const types = spawnSync(process.execPath, [tsc, "-p", "tsconfig.types.json"], { stdio: "inherit" });
  if (types.status !== 0) process.exit(types.status ?? 1);
  declarePlugins();
  wrapDeclarations();
  pruneDeclarations();
}

/**
 * Declarations are those of CommonJS, as the code is: both kinds of module may then refer to them. For each `.d.mts`
 * that package.json names, one is written that hands out what its twin declares.
 */
function wrapDeclarations() {
  writeFileSync("dist/types/package.json", '{ "type": "commonjs" }\n');
  for (const [, file] of readFileSync("package.json", "utf8").matchAll(
    /"\.\/(dist\/types\/[^"]+)\.d\.mts"/g,
  )) {
    const twin = `"./${path.posix.basename(file)}.js"`;
    const hasDefault = /^export default |\bas default\b/m.test(readFileSync(`${file}.d.ts`, "utf8"));
    // To a module, what a CommonJS twin exports by default is a member of its default.
    const lines = [`export * from ${twin};`];
    if (hasDefault)
      lines.push(
        `import face from ${twin};`,
        "declare const main: typeof face.default;",
        "export default main;",
      );
    writeFileSync(`${file}.d.mts`, `${lines.join("\n")}\n`);
  }
}

/** Leaves the declarations that the entry points of package.json lead to. */
function pruneDeclarations() {
  const kept = new Set(["dist/types/package.json"]);
  const visit = (file) => {
    if (kept.has(file) || !existsSync(file)) return;
    kept.add(file);
    for (const [, specifier] of readFileSync(file, "utf8").matchAll(
      /(?:from |import |import\()"(\.[^"]+)"/g,
    )) {
      const target = path.posix.join(path.posix.dirname(file), specifier);

      visit(target.replace(/\.([cm]?)[jt]s$/, ".d.$1ts"));
    }
  };
  const roots = JSON.stringify(JSON.parse(readFileSync("package.json", "utf8")).exports);
  for (const [, file] of roots.matchAll(/"types":"\.\/([^"]+)"/g)) visit(file);
  for (const file of readdirSync("dist/types", { recursive: true, withFileTypes: true })) {
    const at = path.posix.join(file.parentPath ?? file.path, file.name).replaceAll(path.sep, "/");
    if (file.isFile() && !kept.has(at)) rmSync(at);
  }
}
