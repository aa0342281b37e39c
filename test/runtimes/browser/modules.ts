/**
 * The modules of the tests as a browser takes them: each file of its own, types stripped, functions lifted, and the
 * names of packages replaced by addresses, since workers know no import maps.
 */
import { readFileSync, statSync } from "node:fs";
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
  "node:util": `${SHIMS}/util.ts`,
};
const FILES: Readonly<Record<string, string>> = {
  "test/harness/child.ts": `${SHIMS}/child.ts`,
  "test/harness/watchdog.ts": `${SHIMS}/empty.ts`,
};

/** Functions of the tests' own that hand what they are given to threads. */
const TO_THREADS =
  "start startEach whileHeld whenAwaited lineUp whileBlocked whileBusy inThread together submit map run".split(
    " ",
  );

/** The text of a file of the site: a file of the repository, or the slice of one. */
export function readModule(file: string): string | Uint8Array | undefined {
  if (file === "assert.js") return (assert ??= bundleAssert());
  const source = file.replace(/\.slice\.js$/, "");
  const at = path.join(root, FILES[source] ?? source);
  if (!statSync(at, { throwIfNoEntry: false })?.isFile() || file.includes("..")) return undefined;
  if (!source.endsWith(".ts")) return readFileSync(at);
  let made = texts.get(at);
  if (made === undefined) texts.set(at, (made = transform(at)));
  return source === file ? made.main : made.slice;
}
let assert: string | undefined;
const texts = new Map<string, { readonly main: string; readonly slice: string }>();

function transform(at: string): { main: string; slice: string } {
  const { code } = transformSync(readFileSync(at, "utf8"), {
    loader: "ts",
    target: "es2022",
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  const program = parse(code, { ecmaVersion: "latest", sourceType: "module" });
  const lifted = lift(code, program as never, { file: path.relative(root, at), functions: TO_THREADS });
  const base = path.relative(root, at).replaceAll(path.sep, "/");
  const url = `new URL("/isolated/${base}.slice.js", import.meta.url).href`;
  return {
    main: addressed(lifted?.main(url).toString() ?? code),
    slice: addressed(lifted?.slice(base).toString() ?? ""),
  };
}

function addressed(code: string): string {
  return code.replace(
    /\b(from\s*|import\s*\(?\s*)(["'])([\w:./#-]+)\2/g,
    (whole, head: string, _quote, name: string) =>
      Object.hasOwn(PACKAGES, name) ? `${head}"/isolated/${PACKAGES[name]}"` : whole,
  );
}

/** The package `assert`, Node's own as others have carried it over. */
function bundleAssert(): string {
  const { outputFiles } = buildSync({
    stdin: { contents: 'import assert from "assert/"; export default assert.strict;', resolveDir: root },
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
