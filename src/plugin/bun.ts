/**
 * The plugin for Bun's bundler. A slice is a build of its own, written beside the output under a name that is known
 * before it is built.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { withSourceMap } from "../host/bun-map.ts";
import { hashOf } from "./hash.ts";
import { mayLift } from "./lift.ts";
import { baseName, fileIn, isLibraryId, isWanted, type PluginOptions } from "./options.ts";
import { liftSource, splitMap } from "./source.ts";

interface Config {
  outdir?: string;
  target?: string;
  plugins?: readonly { name: string }[];
}

interface BunBuild {
  config?: Config;
  onResolve(filter: { filter: RegExp }, resolve: (args: { path: string }) => object | undefined): void;
  onEnd(end: () => Promise<void>): void;
  onLoad(
    filter: { filter: RegExp },
    load: (args: { path: string }) => Promise<object | undefined> | object | undefined,
  ): void;
}

interface Output {
  success: boolean;
  logs: readonly unknown[];
  outputs: readonly { arrayBuffer(): Promise<ArrayBuffer> }[];
}

declare const Bun: {
  build(config: object): Promise<Output>;
  Transpiler: new (options: object) => { transformSync(text: string): string };
};

const SLICES = /\.threadkit-slice\.js$/;

export function bun(options: PluginOptions): { name: string; setup(build: BunBuild): void } {
  return {
    name: "threadkit",
    setup(build) {
      const slices: Slices = new Map();
      setUp(build, options, build.config ?? {}, slices);
      // When the build is over: Bun's bundler would wait for itself.
      build.onEnd(async () => {
        // A Map hands out what is added meanwhile: slices of slices.
        for (const [name, slice] of slices)
          await buildSlice(name, slice, options, build.config ?? {}, slices);
      });
    },
  };
}

/** By the names of their files. */
type Slices = Map<string, { readonly file: string; readonly text: string }>;

/** `config`: of the user's build. */
function setUp(build: BunBuild, options: PluginOptions, config: Config, slices: Slices): void {
  const isBrowser = (options.platform ?? config.target ?? "browser") === "browser";
  if (!isBrowser) {
    build.onResolve({ filter: /^threadkit($|\/)/ }, ({ path: id }) =>
      isLibraryId(id) ? { path: id, external: true } : undefined,
    );
  }
  build.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async ({ path: file }) => {
    if (!isWanted(file, options)) return undefined;
    const written = await readFile(file, "utf8");
    if (!mayLift(written, options.functions)) return undefined;
    const { text, map } = toJavaScript(file, written);
    const { functions } = options;
    const lifted = liftSource(text, { file: fileIn(process.cwd(), file), functions }, map);
    if (!lifted) return undefined;
    if (lifted.errors.length > 0) throw new Error(lifted.errors.map(({ message }) => message).join("\n"));
    let address = "";
    if (lifted.slice) {
      const slice = lifted.slice(file).toString();
      const name = `${baseName(file)}-threads-${hashOf(slice)}${isBrowser ? ".js" : ".mjs"}`;
      address = `new URL("./${name}",import.meta.url).href`;
      slices.set(name, { file, text: slice });
    }
    return { contents: lifted.main(address).toString(), loader: "js" };
  });
}

/** The map is for places in refusals: Bun takes none for the file. */
function toJavaScript(file: string, text: string): { text: string; map: unknown } {
  const loader = path.extname(file).replace(/^\.[cm]?/, "");
  if (loader === "js") return { text, map: undefined };
  const compiled = new Bun.Transpiler({ loader, target: "bun" }).transformSync(text);
  return splitMap(withSourceMap(compiled, text, file));
}

async function buildSlice(
  name: string,
  { file, text }: { readonly file: string; readonly text: string },
  options: PluginOptions,
  config: Config,
  slices: Slices,
): Promise<void> {
  const entry = `${file}.threadkit-slice.js`;
  const slice = {
    name: "threadkit-slice",
    setup(build: BunBuild) {
      build.onResolve({ filter: SLICES }, ({ path: id }) => ({ path: id }));
      build.onLoad({ filter: SLICES }, () => ({ contents: text, loader: "js" }));
    },
  };
  const others = (config.plugins ?? []).filter((plugin) => plugin.name !== "threadkit");
  const own = { name: "threadkit", setup: (build: BunBuild) => setUp(build, options, config, slices) };
  const { success, outputs, logs } = await Bun.build({
    ...config,
    ...{ entrypoints: [entry], outdir: undefined, format: "esm", splitting: false, naming: undefined },
    plugins: [slice, ...others, own],
  });
  if (!success) throw new AggregateError(logs, `cannot build the slice of ${file}`);
  const folder = config.outdir ?? "out";
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, name), new Uint8Array(await outputs[0].arrayBuffer()));
}
