/** The plugin for Rolldown, which makes JavaScript of TypeScript and JSX after all plugins. */

import type { PluginOptions } from "./options.ts";
import { hooks } from "./rollup.ts";

const NEEDS_STRIPPING = /\.([cm]?ts|[jt]sx)$/;

export function rolldown(options: PluginOptions): object {
  let root = process.cwd();
  let isNode = options.platform !== "browser";
  const { resolveId, load, transform } = hooks(options, {
    root: () => root,
    isServer: () => isNode,
    async strip(code, id) {
      if (!NEEDS_STRIPPING.test(id)) return undefined as never;
      const { transform } = (await import("rolldown/utils")) as unknown as {
        transform(
          id: string,
          code: string,
          options: object,
        ): Promise<{ code: string; map: unknown; errors: unknown[] }>;
      };
      const { code: text, map, errors } = await transform(id, code, { sourcemap: true });
      return errors.length > 0 ? (undefined as never) : { code: text, map };
    },
  });
  return {
    name: "threadkit",
    options(given: { platform?: string; cwd?: string }) {
      root = given.cwd ?? root;
      if (options.platform === undefined && given.platform === "browser") isNode = false;
    },
    resolveId: { order: "pre", handler: resolveId },
    load: { order: "pre", handler: load },
    transform: { order: "post", handler: transform },
  };
}
