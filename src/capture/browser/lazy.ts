/** In the place of lazy.ts: what little of a runtime is asked for where functions are lifted by a build tool. */

declare const console: { warn(text: string): void };

const none = () => undefined;

/** There are no built-in modules, and warnings go to the console. */
const process = {
  moduleLoadList: [] as readonly string[],
  getBuiltinModule: none,
  emitWarning(text: string, { code, type }: { code: string; type: string }): void {
    console.warn(`[${code}] ${type}: ${text}`);
  },
};
const modules = { builtinModules: [] as readonly string[], isBuiltin: () => false };

export const runtime = () => process;
export const nodeModule = () => modules;
