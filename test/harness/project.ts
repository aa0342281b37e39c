/** A project of somebody who uses threadkit: a folder of test/runtimes with the package installed in it. */
import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { type RunOptions, type RunResult, root, runFile } from "./child.ts";

export interface Project {
  readonly folder: string;
  /** Runs a command of a package that is installed in the repository, such as `vitest`. */
  command(name: string, args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Runs a file of the project with Node and `nodeArgs`, with no loader that is not named there. */
  node(file: string, options?: RunOptions): Promise<RunResult>;
  remove(): void;
}

let serial = 0;

/**
 * Copies the folder `test/runtimes/<name>` and installs the built package there, as npm would: a copy. What else the
 * project imports it finds in the repository, which is around it, or in the `node_modules` of the folder `within`.
 */
export function installProject(name: string, within: string = path.join(root, ".tools", "tmp")): Project {
  const folder = path.join(within, `${name}-${process.pid}-${++serial}`);
  rmSync(folder, { recursive: true, force: true });
  cpSync(path.join(root, "test", "runtimes", name), folder, { recursive: true });
  const own = path.join(folder, "node_modules", "threadkit");
  mkdirSync(own, { recursive: true });
  cpSync(path.join(root, "dist"), path.join(own, "dist"), { recursive: true });
  cpSync(path.join(root, "package.json"), path.join(own, "package.json"));
  const env = {
    TSX_TSCONFIG_PATH: undefined,
    FORCE_COLOR: undefined,
    NO_COLOR: "1",
    NODE_OPTIONS: undefined,
  };
  return {
    folder,
    command: (command, args, options) =>
      runFile(binaryOf(command), { cwd: folder, args, ...options, env: { ...env, ...options?.env } }),
    node: (file, options) =>
      runFile(path.join(folder, file), {
        cwd: folder,
        native: true,
        ...options,
        env: { ...env, ...options?.env },
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The file behind a command. */
function binaryOf(command: string): string {
  const require = createRequire(path.join(root, "package.json"));
  const manifest = path.join(root, "node_modules", command, "package.json");
  const { bin } = JSON.parse(readFileSync(manifest, "utf8")) as { bin: string | Record<string, string> };
  return require.resolve(path.join(path.dirname(manifest), typeof bin === "string" ? bin : bin[command]));
}
