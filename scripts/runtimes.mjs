// Bun and Deno for tests, from the npm packages that carry the binaries.
//   node scripts/runtimes.mjs bun     installs it if it is missing, and prints where it is
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

const PACKAGES = {
  bun: { package: "@oven/bun-linux-x64", version: "1.4.5", binary: "bin/bun" },
  deno: { package: "@deno/linux-x64-glibc", version: "2.9.6", binary: "deno" },
};
export const VERSIONS = Object.fromEntries(
  Object.entries(PACKAGES).map(([name, { version }]) => [name, version]),
);

/** The binary of a runtime, installed under .tools/ if it is not there yet. */
export function installRuntime(runtime) {
  const { package: name, version, binary } = PACKAGES[runtime];
  const prefix = path.join(root, ".tools", `${path.basename(name)}-${version}`);
  const at = path.join(prefix, "node_modules", name, binary);
  if (existsSync(at)) return at;
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new Error(
      `cannot install ${name}: this is ${process.platform} ${process.arch}. Install the runtime yourself.`,
    );
  const args = ["install", `${name}@${version}`, "--prefix", prefix, "--no-save", "--ignore-scripts"];
  const npm = spawnSync("npm", args, { stdio: ["ignore", "ignore", "inherit"] });
  if (npm.status !== 0 || !existsSync(at))
    throw new Error(`cannot install ${name}: npm ended with ${npm.status}.`);
  return at;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    for (const name of process.argv.slice(2)) console.log(installRuntime(name));
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
