/** JavaScript of TypeScript and JSX, with esbuild's own transform and the settings of the build. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Loader, PluginBuild } from "esbuild";

const LOADERS: Record<string, Loader> = {
  ".ts": "ts",
  ".mts": "ts",
  ".cts": "ts",
  ".tsx": "tsx",
  ".jsx": "jsx",
};

export async function toJavaScript(
  build: PluginBuild,
  file: string,
  written: string,
): Promise<{ text: string; map: unknown }> {
  const { initialOptions } = build;
  const extension = path.extname(file);
  const loader = initialOptions.loader?.[extension] ?? LOADERS[extension];
  if (loader === undefined || loader === "js") return { text: written, map: undefined };
  const { jsx, jsxDev, jsxFactory, jsxFragment, jsxImportSource, jsxSideEffects } = initialOptions;
  const { code, map } = await build.esbuild.transform(written, {
    loader,
    ...{ jsx, jsxDev, jsxFactory, jsxFragment, jsxImportSource, jsxSideEffects },
    tsconfigRaw: initialOptions.tsconfigRaw ?? tsconfigFor(file, initialOptions.tsconfig),
    target: "esnext",
    sourcefile: path.basename(file),
    sourcemap: "external",
  });
  return { text: code, map: JSON.parse(map) };
}

/** The nearest one, as esbuild looks for it. */
function tsconfigFor(file: string, given: string | undefined): string | undefined {
  if (given !== undefined) return readFileSync(given, "utf8");
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, "tsconfig.json");
    if (existsSync(candidate)) return readFileSync(candidate, "utf8");
    if (path.dirname(folder) === folder) return undefined;
  }
}
