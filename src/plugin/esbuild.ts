/**
 * The plugin for esbuild. A module's slice is a build of its own, and the module gets the address of what that wrote
 * from esbuild's `file` loader, so that it is right from any output file. Modules of a slice's build that hand functions
 * to threads in their turn have slices beside it, under names that are known before they are built.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { BuildResult, Loader, OutputFile, Plugin, PluginBuild } from "esbuild";
import { hashOf } from "./hash.ts";
import { mayLift } from "./lift.ts";
import { through } from "./locate.ts";
import { baseName, fileIn, isLibraryId, isWanted, type PluginOptions } from "./options.ts";
import { liftSource, withMap } from "./source.ts";
import { toJavaScript } from "./to-javascript.ts";

const NAMESPACE = "threadkit-slice";

interface Slice {
  readonly file: string;
  readonly text: string;
  /** Of its output file. */
  readonly name: string;
}

/** All builds that belong together: the user's, and those of slices. */
interface Whole {
  readonly options: PluginOptions;
  /** By name. */
  readonly slices: Map<string, Slice>;
  /** Those that only other slices know. */
  readonly further: Map<string, Slice>;
  /** What builds of slices wrote besides: styles, images. */
  readonly besides: OutputFile[];
}

export function esbuild(options: PluginOptions): Plugin {
  return {
    name: "threadkit",
    setup(build) {
      const whole: Whole = { options, slices: new Map(), further: new Map(), besides: [] };
      lifts(build, whole, false);
      slices(build, whole);
    },
  };
}

function isForNode(build: PluginBuild, { options }: Whole): boolean {
  return (options.platform ?? build.initialOptions.platform) === "node";
}

/** Lifts the modules of a build. */
function lifts(build: PluginBuild, whole: Whole, isSlice: boolean): void {
  const { initialOptions } = build;
  const isNode = isForNode(build, whole);
  const root = initialOptions.absWorkingDir ?? process.cwd();
  const isModule = (initialOptions.format ?? (isNode ? "cjs" : "iife")) === "esm";
  const classic = isNode ? 'require("node:url").pathToFileURL(__filename)' : "self.location.href";
  const base = isModule ? "import.meta.url" : classic;
  if (isNode) {
    build.onResolve({ filter: /^threadkit($|\/)/ }, ({ path: id }) =>
      isLibraryId(id) ? { path: id, external: true } : undefined,
    );
  }

  /** Keeps a slice, and says how its module finds it: an import, and an expression. */
  function place(file: string, text: string): readonly [end: string, address: string] {
    const name = `${baseName(file)}-threads-${hashOf(text)}${isNode ? ".mjs" : ".js"}`;
    const slice = { file, text, name };
    (isSlice ? whole.further : whole.slices).set(name, slice);
    if (isSlice) return ["", `new URL("./${name}",${base}).href`];
    return [`\nimport $tkFile from "${NAMESPACE}:${name}";`, `new URL($tkFile,${base}).href`];
  }

  build.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async ({ path: file, namespace }) => {
    if (namespace !== "file" || !isWanted(file, whole.options)) return undefined;
    const { functions } = whole.options;
    const written = await readFile(file, "utf8");
    if (!mayLift(written, functions)) return undefined;
    const { text, map } = await toJavaScript(build, file, written);
    const lifted = liftSource(text, { file: fileIn(root, file), functions }, map);
    if (!lifted) return undefined;
    if (lifted.errors.length > 0) return { errors: lifted.errors.map((error) => ({ text: error.message })) };
    const source = path.basename(file);
    const bundle = lifted.slice?.(source);
    const [end, address] = bundle
      ? place(file, withMap(bundle.toString(), through(bundle.generateMap({ hires: true }), map)))
      : ["", ""];
    const main = lifted.main(address);
    const traced = through(main.generateMap({ hires: true, source }), map);
    return { contents: withMap(main.toString() + end, traced), loader: "js", resolveDir: path.dirname(file) };
  });
}

/** Builds the slices of a build. */
function slices(build: PluginBuild, whole: Whole): void {
  const { initialOptions } = build;
  const folder = initialOptions.outdir ?? path.dirname(initialOptions.outfile ?? "out");
  build.onStart(() => {
    whole.further.clear();
    whole.besides.length = 0;
  });
  build.onResolve({ filter: new RegExp(`^${NAMESPACE}:`) }, ({ path: id }) => ({
    path: id.slice(NAMESPACE.length + 1),
    namespace: NAMESPACE,
  }));
  build.onLoad({ filter: /.*/, namespace: NAMESPACE }, async ({ path: name }) => {
    const { errors, contents } = await buildSlice(build, whole, whole.slices.get(name)!, folder);
    return errors.length > 0 ? { errors } : { contents, loader: "file" };
  });
  build.onEnd(async (result) => {
    const files = [...whole.besides];
    const beside = path.resolve(folder, path.dirname(initialOptions.assetNames ?? "x"));
    const done = new Set<string>();
    for (const [name, slice] of whole.further) {
      if (done.has(name)) continue; // a Map hands out what is added meanwhile
      done.add(name);
      const { errors, contents } = await buildSlice(build, whole, slice, folder);
      if (errors.length > 0) return { errors };
      files.push({ path: path.join(beside, name), contents } as OutputFile);
    }
    await hand(files, result, initialOptions.write !== false);
    return undefined;
  });
}

async function hand(files: readonly OutputFile[], result: BuildResult, writes: boolean): Promise<void> {
  if (!writes) {
    result.outputFiles?.push(...files);
    return;
  }
  for (const { path: file, contents } of files) {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, contents);
  }
}

async function buildSlice(build: PluginBuild, whole: Whole, { file, text }: Slice, folder: string) {
  const { initialOptions } = build;
  const {
    entryPoints,
    outfile,
    outbase,
    splitting,
    metafile,
    banner,
    footer,
    globalName,
    chunkNames,
    ...same
  } = initialOptions;
  const inner: Plugin = { name: "threadkit", setup: (nested) => lifts(nested, whole, true) };
  const result = await build.esbuild.build({
    ...same,
    stdin: { contents: text, resolveDir: path.dirname(file), sourcefile: file, loader: "js" as Loader },
    bundle: true,
    format: "esm",
    write: false,
    outdir: folder,
    entryNames: "threadkit-slice",
    logLevel: "silent",
    sourcemap: initialOptions.sourcemap ? "inline" : undefined,
    plugins: [...(initialOptions.plugins ?? []).filter(({ name }) => name !== "threadkit"), inner],
  });
  const [script, ...besides] = result.outputFiles;
  whole.besides.push(...besides);
  return { errors: result.errors, contents: script.contents };
}
