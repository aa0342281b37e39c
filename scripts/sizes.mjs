// What of the package is loaded, and how large it is: a line for each file of dist/ that is code, then the package.
//   node scripts/sizes.mjs            prints the table
//   node scripts/sizes.mjs --json     the same for programs
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const root = fileURLToPath(new URL("..", import.meta.url));
const kB = (bytes) => Math.round(bytes / 100) / 10;

/** Size of each file of code in dist/, in kB, as it is and compressed. */
export function codeSizes() {
  return readdirSync(path.join(root, "dist"), { recursive: true })
    .map((name) => String(name).replaceAll(path.sep, "/"))
    .filter((name) => /\.[cm]?js$/.test(name))
    .sort()
    .map((name) => {
      const code = readFileSync(path.join(root, "dist", name));
      return { name, size: kB(code.length), gzip: kB(gzipSync(code).length) };
    });
}

/** Size of the package in kB, and how many files are in it. */
export function packageSize() {
  const packed = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: root,
    encoding: "utf8",
  });
  const [{ size, unpackedSize, files }] = JSON.parse(packed.stdout);
  return { packed: kB(size), unpacked: kB(unpackedSize), files: files.length };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const sizes = { code: codeSizes(), package: packageSize() };
  if (process.argv.includes("--json")) console.log(JSON.stringify(sizes));
  else {
    console.table(Object.fromEntries(sizes.code.map(({ name, size, gzip }) => [name, { size, gzip }])));
    console.log(
      `package: ${sizes.package.packed} kB packed, ${sizes.package.unpacked} kB unpacked, ${sizes.package.files} files`,
    );
  }
}
