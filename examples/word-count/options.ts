/** The command line. */
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

export const USAGE = `Usage: npm start -- [folder]

Counts from five threads with and without a lock, then counts the words of every text file
below the folder (default: node_modules of this repository), on one thread and on all cores,
and looks them up in one index that all threads share.

  -h, --help   show this`;

export interface Options {
  help: boolean;
  folder: string;
}

/** @throws Error with one line for the user */
export function readOptions(args: string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h", default: false } },
  });
  if (positionals.length > 1) throw new Error(`one folder is expected, ${positionals.length} were given.`);
  const folder = positionals[0] ?? fileURLToPath(new URL("../../node_modules", import.meta.url));
  if (!values.help) checkFolder(folder);
  return { help: values.help, folder };
}

function checkFolder(folder: string): void {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) throw new Error(`${folder} does not exist.`);
  if (!stats.isDirectory()) throw new Error(`${folder} is not a folder.`);
}
