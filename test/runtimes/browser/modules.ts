/**
 * The modules of the tests as a browser takes them: each file of its own, types stripped, functions lifted, and the
 * names of packages replaced by addresses, since workers know no import maps.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "acorn";
import { buildSync, transformSync } from "esbuild";
import { lift } from "../../../src/plugin/lift.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const SHIMS = "test/runtimes/browser/shims";

/** What stands in the place of packages, and of files that are made of Node. */
const PACKAGES: Readonly<Record<string, string>> = {
  "#atomics": "src/memory/atomics.ts",
  "#host": "src/host/browser.ts",
  threadkit: "dist/browser/index.js",
  "threadkit/lifted": "dist/browser/lifted.js",
  "node:test": `${SHIMS}/test.ts`,
  "node:assert/strict": "assert.js",
  "node:util": "inspect.js",
};
const FILES: Readonly<Record<string, string>> = {
  "test/harness/child.ts": `${SHIMS}/child.ts`,
  "test/harness/watchdog.ts": `${SHIMS}/empty.ts`,
  "src/host/browser-scope.ts": `${SHIMS}/scope.ts`,
};

/** As in scripts/build-browser.mjs. */
function standIn(file: string): string | undefined {
  if (FILES[file] !== undefined) return FILES[file];
  const other = file.replace(/^src\/capture\/(?:\w+\/)?(?!lifted)/, "src/capture/browser/");
  return other !== file && existsSync(path.join(root, other)) ? other : undefined;
}

/** Functions of the tests' own that hand what they are given to threads. */
const TO_THREADS =
  "start startEach whileHeld whenAwaited lineUp whileBlocked whileBusy inThread together submit map run put freeze exceptionOf runIn".split(
    " ",
  );

/** The suites' own ear for rejections, before the library's: see `heedRejections`. */
const HEED = ["unhandledrejection", "rejectionhandled"]
  .map((type) => `addEventListener("${type}", (event) => globalThis.threadkitTestHeed?.(event));\n`)
  .join("");

/** The text of a file of the site: a file of the repository, or the slice of one. */
export function readModule(file: string): string | Uint8Array | undefined {
  if (file === "assert.js") return (assert ??= bundleAssert());
  if (file === "inspect.js") return (inspect ??= bundleInspect());
  const other = standIn(file);
  if (other !== undefined) return `export * from "/isolated/${other}";`;
  const source = file.replace(/\.slice\.js$/, "");
  const at = path.join(root, source);
  if (!statSync(at, { throwIfNoEntry: false })?.isFile() || file.includes("..")) return undefined;
  if (file === "dist/browser/worker.js") return HEED + readFileSync(at, "utf8");
  if (!source.endsWith(".ts")) return readFileSync(at);
  let made = texts.get(at);
  if (made === undefined) texts.set(at, (made = transform(at)));
  return source === file ? made.main : made.slice;
}
let assert: string | undefined;
let inspect: string | undefined;
const texts = new Map<string, { readonly main: string; readonly slice: string }>();

function transform(at: string): { main: string; slice: string } {
  const { code: written } = transformSync(readFileSync(at, "utf8"), {
    loader: "ts",
    target: "es2022",
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  const code = loopsSeen(written);
  const program = parse(code, { ecmaVersion: "latest", sourceType: "module" });
  const lifted = lift(code, program as never, { file: path.relative(root, at), functions: TO_THREADS });
  const base = path.relative(root, at).replaceAll(path.sep, "/");
  if (base.startsWith(SHIMS)) return { main: addressed(code, true), slice: "" };
  const url = `new URL("/isolated/${base}.slice.js", import.meta.url).href`;
  return {
    main: addressed(lifted?.main(url).toString() ?? code),
    slice: addressed(lifted?.slice?.(base).toString() ?? ""),
  };
}

/** Threads get functions that loops of the tests take out of lists, which no tool sees: calls tell of them. */
function loopsSeen(code: string): string {
  const told = /^const DRIVERS\b/m.test(code) ? `${code}\nif (false) together(DRIVERS);\n` : code;
  return told.replace(
    /^( *)for \((const .*) of (\[\n[\s\S]*?\n\1\])\) \{$/gm,
    (_whole, indent, names, list) => `${indent}for (${names} of Object.freeze(${list})) {`,
  );
}

function addressed(code: string, isShim = false): string {
  const placed = code.replace(
    /\b(from\s*|import\s*\(?\s*)(["'])([\w:./#-]+)\2/g,
    (whole, head: string, _quote, name: string) =>
      Object.hasOwn(PACKAGES, name) ? `${head}"/isolated/${PACKAGES[name]}"` : whole,
  );
  return isShim ? placed : withoutNode(placed);
}

/** Modules that no browser has become stand-ins, and the globals of Node that tests use come from a shim. */
function withoutNode(code: string): string {
  const text = code.replace(
    /(?<=^|;)import\s*(\w+|\{[^}]*\}|\* as \w+)\s*from\s*"((?:node:[\w/]+|acorn|esbuild))";/gm,
    (_whole, names: string, module: string) =>
      `const ${names.replace(/^\* as /, "").replaceAll(" as ", ": ")} = $absent("${module}");`,
  );
  const needed = ["process", "setImmediate"].filter((name) => new RegExp(`(?<![\\w.])${name}\\b`).test(text));
  if (text !== code) needed.push("absent as $absent");
  return needed.length === 0
    ? text
    : `import { ${needed.join(", ")} } from "/isolated/${SHIMS}/node.ts"; ${text}`;
}

/** The package `assert`, Node's own as others have carried it over. */
const bundleAssert = () => bundle('import assert from "assert/"; export default assert.strict;');
/** As well `inspect`. */
const bundleInspect = () => bundle('export { inspect } from "node-inspect-extracted";');

function bundle(contents: string): string {
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: root },
    bundle: true,
    format: "esm",
    platform: "browser",
    mainFields: ["browser", "main"],
    write: false,
    define: { "process.env.NODE_DEBUG": "undefined", process: "noProcess", global: "globalThis" },
    banner: { js: "const noProcess = { env: {}, nextTick: queueMicrotask, versions: {} };" },
    logLevel: "error",
  });
  return outputFiles[0].text;
}
