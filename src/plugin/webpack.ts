/**
 * The plugin for webpack and Rspack. A loader behind all others lifts each module and notes its slice; when the modules
 * are made, a child compilation makes each slice an ES module of its own, which threads import.
 */
import path from "node:path";
import { hashOf } from "./hash.ts";
import { through } from "./locate.ts";
import { baseName, fileIn, isWanted, type PluginOptions } from "./options.ts";
import { liftSource } from "./source.ts";

interface Slice {
  readonly file: string;
  readonly text: string;
  readonly map: unknown;
  readonly name: string;
}

/** What the plugin and its loader share. */
interface Whole {
  readonly options: PluginOptions;
  readonly slices: Map<string, Slice>;
  /** The name of each file's newest slice: those of older texts are not built again. */
  readonly newest: Map<string, string>;
  isNode: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: two tools of one shape, whose types have no common ground
type Any = any;

const wholes = new Map<string, Whole>();
const LOADER = "threadkit";

export class WebpackPlugin {
  readonly #whole: Whole;
  readonly #id: string;

  constructor(options: PluginOptions) {
    this.#whole = { options, slices: new Map(), newest: new Map(), isNode: false };
    this.#id = String(wholes.size);
    wholes.set(this.#id, this.#whole);
  }

  apply(compiler: Any): void {
    const whole = this.#whole;
    const bundler = compiler.webpack ?? compiler.rspack;
    const loader = path.join(__dirname, "loader.cjs");
    const rule = { test: /\.([cm]?[jt]sx?|vue|svelte)$/, exclude: /[\\/]node_modules[\\/](?!\.)/ };
    const use = [{ loader, options: { id: this.#id, functions: whole.options.functions } }];
    const { include = [] } = whole.options;
    compiler.options.module.rules.push({
      ...rule,
      ...(include.length > 0 && { exclude: undefined }),
      enforce: "post",
      use,
    });
    compiler.hooks.environment.tap(LOADER, () => {
      const { options } = compiler;
      whole.isNode =
        (whole.options.platform ?? (options.externalsPresets?.node ? "node" : "browser")) === "node";
      // One instance in the process: that of the package, which workers load, too.
      if (whole.isNode) external(bundler, options.output?.module ? "module" : "commonjs", compiler);
    });
    compiler.hooks.finishMake.tapPromise(LOADER, async (compilation: Any) => {
      if (compilation.compiler.isChild?.()) return;
      note(whole, compilation);
      const done = new Set<string>();
      for (const [name, slice] of whole.slices) {
        if (done.has(name)) continue; // a Map hands out what is added meanwhile
        done.add(name);
        await buildSlice(
          compilation,
          bundler,
          whole,
          slice,
          `${loader}?${JSON.stringify({ id: this.#id, slice: name })}`,
        );
      }
    });
  }
}

function keep(whole: Whole, slice: Slice): void {
  const before = whole.newest.get(slice.file);
  if (before !== undefined && before !== slice.name) whole.slices.delete(before);
  whole.newest.set(slice.file, slice.name);
  whole.slices.set(slice.name, slice);
}

/** Modules that come from a cache: no loader has seen them in this process. */
function note(whole: Whole, compilation: Any): void {
  for (const module of compilation.modules) {
    const slice = module.buildInfo?.threadkit as Slice | undefined;
    if (slice !== undefined && !whole.slices.has(slice.name)) keep(whole, slice);
  }
}

function external(bundler: Any, type: string, compiler: Any): void {
  new bundler.ExternalsPlugin(type, [/^threadkit($|\/)/]).apply(compiler);
}

function buildSlice(
  compilation: Any,
  bundler: Any,
  whole: Whole,
  slice: Slice,
  loader: string,
): Promise<void> {
  const { name, file } = slice;
  const child = compilation.createChildCompiler(
    `${LOADER} ${name}`,
    {
      ...{
        filename: name,
        chunkFilename: `[id]-${name}`,
        module: true,
        iife: false,
        library: { type: "module" },
      },
      ...{
        chunkFormat: "module",
        chunkLoading: "import",
        workerChunkLoading: "import",
        scriptType: "module",
      },
    },
    [],
  );
  // Not as an argument: what plugins tap would be replaced by what the parent's have tapped.
  for (const plugin of [
    new bundler.library.EnableLibraryPlugin("module"),
    new bundler.javascript.EnableChunkLoadingPlugin("import"),
    new bundler.optimize.LimitChunkCountPlugin({ maxChunks: 1 }),
    new bundler.EntryPlugin(compilation.compiler.context, `!!${loader}!${file}`, {
      // Plugins of others name files after the entry: two must not have one name.
      ...{
        name: name.replace(/\.m?js$/, ""),
        filename: name,
        chunkLoading: "import",
        library: { type: "module" },
      },
    }),
  ])
    plugin.apply(child);
  if (whole.isNode) {
    external(bundler, "module", child);
    new bundler.ExternalsPlugin("module", [/^node:/, ...builtins()]).apply(child);
  }
  return new Promise((resolve, reject) => {
    child.runAsChild((error: Error | null, _entries: unknown, made: Any) => {
      if (error) reject(error);
      else {
        const [first] = made.errors;
        note(whole, made);
        if (first) reject(first);
        else resolve();
      }
    });
  });
}

function builtins(): string[] {
  return process.getBuiltinModule("node:module").builtinModules as string[];
}

/** The loader. */
export function webpackLoader(this: Any, text: string, before: unknown): void {
  const { id, slice: wanted } = this.getOptions() as { id: string; slice?: string };
  const whole = wholes.get(id)!;
  if (wanted !== undefined) {
    const slice = whole.slices.get(wanted)!;
    this.callback(null, slice.text, slice.map);
    return;
  }
  const file = this.resourcePath as string;
  const root = this.rootContext as string;
  const { functions } = whole.options;
  const lifted = isWanted(this.resource, whole.options)
    ? liftSource(text, { file: fileIn(root, file), functions }, before)
    : undefined;
  if (!lifted) {
    this.callback(null, text, before);
    return;
  }
  if (lifted.errors.length > 0) {
    this.callback(new Error(lifted.errors.map(({ message }) => message).join("\n")));
    return;
  }
  const bundle = lifted.slice?.(file);
  let address = "";
  if (bundle) {
    const sliceText = bundle.toString();
    const name = `${baseName(file)}-threads-${hashOf(sliceText + file)}${whole.isNode ? ".mjs" : ".js"}`;
    const traced = through(bundle.generateMap({ hires: true }), before);
    const slice: Slice = { file, text: sliceText, map: JSON.parse(JSON.stringify(traced)), name };
    keep(whole, slice);
    if (this._module?.buildInfo) this._module.buildInfo.threadkit = slice;
    const from = whole.isNode
      ? JSON.stringify(`./${name}`)
      : `__webpack_public_path__+${JSON.stringify(name)}`;
    address = `new URL(${from},__webpack_base_uri__).href`;
  }
  const main = lifted.main(address);
  this.callback(null, main.toString(), through(main.generateMap({ hires: true, source: file }), before));
}
