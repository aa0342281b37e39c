/**
 * The plugin for Rollup, and what Vite and Rolldown have in common with it. The slice is a chunk of its own, emitted
 * while the module is transformed; modules that both import are shared chunks.
 */
import type { Bundle } from "magic-string";
import type { Syntax } from "../capture/syntax/scopes.ts";
import { hashOf } from "./hash.ts";
import { lift, mayLift } from "./lift.ts";
import { locateIn, locateThrough, through } from "./locate.ts";
import { baseName, fileIn, isLibraryId, isWanted, type PluginOptions, SLICE, sliceOf } from "./options.ts";

interface Text {
  code: string;
  map: unknown;
}

/** Of a plugin's context, what is used here. */
export interface Context {
  parse(code: string): unknown;
  emitFile(file: object): string;
  error(error: { message: string; id: string; loc?: object }, position?: number): never;
  warn(warning: string): void;
  getCombinedSourcemap?(): unknown;
  environment?: { name: string; config?: { consumer?: string } };
}

interface FileUrl {
  referenceId: string;
  relativePath: string;
  format: string;
}

export interface Face {
  root(): string;
  /** Is this module for a server, where the library stays outside? */
  isServer(context: Context): boolean;
  /** The address of a slice that a server at development hands out; undefined: it is emitted. */
  serve?(context: Context, slice: string): string | undefined;
  /** To JavaScript, where the tool does that after its plugins. */
  strip?(code: string, id: string): Promise<Text> | Text;
}

/** Hooks for any tool of Rollup's kind. */
export function hooks(options: PluginOptions, face: Face) {
  const slices = new Map<string, Text>();
  const emitted = new Set<string>();
  const keyOf = (context: Context, id: string) => `${context.environment?.name ?? ""} ${id}`;

  /** Keeps a slice, and says by what expression its module finds it. */
  function place(context: Context, id: string, bundle: Bundle, before: unknown): string {
    const map = through(bundle.generateMap({ hires: true }), before);
    const slice = { code: bundle.toString(), map };
    const hash = hashOf(slice.code);
    const served = face.serve?.(context, hash);
    const sliceId = served === undefined ? sliceOf(id) : hash;
    slices.set(keyOf(context, sliceId), slice);
    if (served !== undefined) return served;
    const name = `${baseName(id)}-threads`;
    const file = context.emitFile({ type: "chunk", id: sliceId, name, preserveSignature: "strict" });
    emitted.add(file);
    return `import.meta.ROLLUP_FILE_URL_${file}`;
  }

  return {
    /** From the chunk that names it, wherever that lies: a path from the root of a site is no place on a server's disk. */
    resolveFileUrl({ referenceId, relativePath, format }: FileUrl): string | undefined {
      if (!emitted.has(referenceId)) return undefined;
      const path = JSON.stringify(relativePath);
      return format === "cjs"
        ? `require("node:url").pathToFileURL(require("node:path").join(__dirname,${path})).href`
        : `new URL(${path},import.meta.url).href`;
    },
    resolveId(this: Context, id: string) {
      if (id.includes(SLICE)) return slices.has(keyOf(this, id)) ? id : undefined;
      // One instance in the process: that of the package, which workers load, too.
      if (isLibraryId(id) && face.isServer(this)) return { id, external: true as const };
      return undefined;
    },
    load(this: Context, id: string) {
      if (!id.includes(SLICE)) return undefined;
      const hash = new RegExp(`${SLICE}=(\\w+)`).exec(id)?.[1];
      return slices.get(keyOf(this, hash ?? id));
    },
    async transform(this: Context, code: string, id: string) {
      if (!isWanted(id, options) || !mayLift(code, options.functions)) return undefined;
      const stripped = await face.strip?.(code, id);
      const text = stripped?.code ?? code;
      let program: Syntax;
      try {
        program = this.parse(text) as Syntax;
      } catch {
        return undefined; // the tool says what is wrong with it, or another plugin is still to come
      }
      const map = stripped?.map ?? this.getCombinedSourcemap?.();
      const locate = map ? locateThrough(text, map) : locateIn(text);
      const file = fileIn(face.root(), id);
      const lifted = lift(text, program, { file, functions: options.functions, locate });
      if (!lifted) return undefined;
      for (const { message, offset } of lifted.errors) {
        const { line, column } = locate(offset);
        this.error({ message, id, loc: { file: id, line, column: column - 1 } });
      }
      const bundle = lifted.slice?.(id);
      const main = lifted.main(bundle ? place(this, id, bundle, map) : "");
      return {
        code: main.toString(),
        map: through(main.generateMap({ hires: true, source: id }), stripped?.map),
      };
    },
  };
}

/** After all other plugins: these make JavaScript of whatever it was. */
export function rollup(options: PluginOptions): object {
  const root = process.cwd();
  const { resolveId, load, transform } = hooks(options, {
    root: () => root,
    isServer: () => options.platform !== "browser",
  });
  return {
    name: "threadkit",
    resolveId: { order: "pre", handler: resolveId },
    load: { order: "pre", handler: load },
    transform: { order: "post", handler: transform },
  };
}
