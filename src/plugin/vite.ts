/** The plugin for Vite: builds, the server at development, and the headers that shared memory needs in browsers. */

import { type PluginOptions, SLICE } from "./options.ts";
import { type Context, hooks } from "./rollup.ts";

export interface VitePluginOptions extends PluginOptions {
  /**
   * Send the two headers without which browsers have no shared memory, at development and preview. Your own server must
   * send them, too. Default: true.
   */
  crossOriginIsolation?: boolean;
}

const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

interface Graph {
  idToModuleMap: Map<string, { isSelfAccepting?: boolean }>;
}

interface Update {
  server: { moduleGraph: Graph; environments?: { client?: { moduleGraph: Graph } } };
}

export function vite(options: VitePluginOptions): object {
  let root = process.cwd();
  let isServing = false;
  const isServer = (context: Context, ssr?: boolean) =>
    ssr ?? (context.environment?.config?.consumer === "server" || context.environment?.name === "ssr");
  const { resolveId, load, transform, resolveFileUrl } = hooks(options, {
    root: () => root,
    isServer: (context) => isServer(context),
    serve: (_, hash) => (isServing ? served(hash) : undefined),
  });
  return {
    name: "threadkit",
    // Behind all that makes JavaScript of TypeScript, JSX and others, and before Vite resolves imports.
    enforce: "post" as const,
    config() {
      const headers = options.crossOriginIsolation === false ? undefined : { headers: HEADERS };
      return {
        // As it is: it finds its worker's file beside its own.
        optimizeDeps: { exclude: ["threadkit", "threadkit/lifted"] },
        ssr: { external: ["threadkit", "threadkit/lifted"] },
        ...(headers && { server: headers, preview: headers }),
      };
    },
    configResolved(config: { root: string; command: string }) {
      root = config.root;
      isServing = config.command === "serve";
    },
    resolveId: {
      order: "pre" as const,
      handler(this: Context, id: string, _importer?: string, how?: { ssr?: boolean }) {
        if (isServing && (id.includes(SLICE) || how?.ssr)) return undefined; // Vite maps addresses to files
        return resolveId.call(this, id);
      },
    },
    load: { order: "pre" as const, handler: load },
    resolveFileUrl: { order: "pre" as const, handler: resolveFileUrl },
    transform(this: Context, code: string, id: string, how?: { ssr?: boolean }) {
      // The server's code runs as it is written: there Node's inspector tells what is captured.
      if (isServing && isServer(this, how?.ssr)) return undefined;
      return transform.call(this, code, id);
    },
    /** Nobody imports a slice, so Vite would reload the page for each change of what it imports. */
    handleHotUpdate({ server }: Update) {
      const { idToModuleMap } = (server.environments?.client ?? server).moduleGraph;
      for (const [id, module] of idToModuleMap) if (id.includes(SLICE)) module.isSelfAccepting = true;
    },
  };
}

/**
 * The module's own address with a mark. The time of an edit stays, so that what the slice imports is the edited code,
 * too.
 */
function served(hash: string): string {
  const time = '(/[?&](t=\\d+)/.exec(import.meta.url)||["",""])[1].replace(/^t/,"&t")';
  return `import.meta.url.replace(/[?#].*$/,"")+"?${SLICE}=${hash}"+${time}`;
}
