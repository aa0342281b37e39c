/** The package as npm would publish it, and a project that has installed it. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { root } from "./child.ts";

export interface Manifest {
  readonly main: string;
  readonly types: string;
  readonly exports: Readonly<Record<string, Target>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}
export type Target = string | null | { readonly [condition: string]: Target };

export interface Tarball {
  readonly file: string;
  /** Paths in it. */
  readonly files: readonly string[];
  readonly size: number;
  readonly unpackedSize: number;
}

/** Runs a command to its end; what it prints, if it succeeded. */
export function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, NO_COLOR: "1", FORCE_COLOR: undefined },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error ?? status}\n${stdout}\n${stderr}`);
  return stdout;
}

/** A folder outside of the repository: nothing of its node_modules is seen from there. */
export function scratchFolder(name: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `threadkit-${name}-`));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Packs dist/ as it is. */
export function pack(folder: string): Tarball {
  // No scripts: `prepare` would build dist/ anew under the feet of tests that run beside this one.
  const [packed] = JSON.parse(
    run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], root),
  );
  return {
    file: path.join(folder, packed.filename),
    files: packed.files.map((file: { path: string }) => file.path),
    size: packed.size,
    unpackedSize: packed.unpackedSize,
  };
}

/** A project with nothing but the package. Returns where the package is in it. */
export function install(tarball: Tarball, folder: string): string {
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ private: true }));
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--omit=peer"];
  run("npm", ["install", ...quiet, tarball.file], folder);
  return path.join(folder, "node_modules", "threadkit");
}

/** A program of a development dependency. */
export function binary(name: string): string {
  const file = path.join(root, "node_modules", ".bin", name);
  if (!existsSync(file)) throw new Error(`${name} is not installed: run npm ci`);
  return file;
}
