/** Hashes every file of a folder (default: docs) on all processors, and compares with one thread. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { ThreadPoolExecutor } from "threadkit";

const folder = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, "..", "..", "docs"));
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.join(entry.parentPath, entry.name))
  .sort();

/** Runs in a worker, where it imports what it uses. */
function hash(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

using pool = new ThreadPoolExecutor();
const digests = [...pool.map(hash, files)];
const single = files.map(hash);
console.log(`${digests.length === files.length ? "every file was hashed" : "files are missing"}`);
console.log(`the digests are ${digests.every((digest, i) => digest === single[i]) ? "equal" : "different"}`);

/* Output:
every file was hashed
the digests are equal
*/
