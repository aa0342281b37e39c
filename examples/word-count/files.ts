/** Finding files and telling text from the rest. */
import { isUtf8 } from "node:buffer";
import { closeSync, type Dirent, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import path from "node:path";

/** What git looks at, too, to tell a binary file. */
const HEAD_BYTES = 8192;

export interface Found {
  files: string[];
  /** Folders that could not be read, one line each. */
  failures: string[];
}

/** Every file below `folder`, in a fixed order. Symbolic links are not followed, so there are no circles. */
export function findFiles(folder: string): Found {
  const found: Found = { files: [], failures: [] };
  const pending = [folder];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    let entries: Dirent[];
    try {
      entries = readdirSync(next, { withFileTypes: true });
    } catch (error) {
      found.failures.push(failure(next, error));
      continue;
    }
    for (const entry of entries) {
      const full = path.join(next, entry.name);
      if (entry.isDirectory()) pending.push(full);
      else if (entry.isFile()) found.files.push(full);
    }
  }
  found.files.sort();
  return found;
}

/** The content of a text file; undefined if it is not one: no NUL at its beginning, and valid UTF-8 all through. */
export function readText(file: string): Buffer | undefined {
  const head = Buffer.alloc(HEAD_BYTES);
  const descriptor = openSync(file, "r");
  try {
    const length = readSync(descriptor, head, 0, HEAD_BYTES, 0);
    if (head.subarray(0, length).includes(0)) return undefined;
    const content = length < HEAD_BYTES ? head.subarray(0, length) : readFileSync(descriptor);
    return isUtf8(content) ? content : undefined;
  } finally {
    closeSync(descriptor);
  }
}

export function failure(file: string, error: unknown): string {
  return `${file}: ${error instanceof Error ? error.message : error}`;
}
