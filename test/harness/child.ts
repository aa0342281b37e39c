/** Runs a piece of source in a process of its own, the way a user would, and says what came of it. */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root: string = fileURLToPath(new URL("../..", import.meta.url));

export interface RunOptions {
  /** Milliseconds until the child is killed. Default 30 s. */
  timeout?: number;
  /** The binary to run it with. Default: the one that runs the test. */
  node?: string;
  /** Options for node, in front of the file. */
  nodeArgs?: readonly string[];
  /** Arguments for the script, behind the file. */
  args?: readonly string[];
  /** How the file is named and so read. Default "ts". */
  ext?: "ts" | "mts" | "cts" | "mjs" | "cjs";
  /** Further environment variables; undefined removes one. */
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** Nothing is put before a TypeScript file: `nodeArgs` say all. */
  native?: boolean;
  /** true: a child that ran into the time limit is a result with `timedOut` and not an error. */
  allowTimeout?: boolean;
}

export interface RunResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  timedOut: boolean;
}

/** Milliseconds that a hung child has for printing the state of its threads before it is killed. */
const DUMP_MARGIN = 1500;
const temporary = path.join(root, ".tools", "tmp");
let serial = 0;

/**
 * Writes `source` into the repository (so that `import … from "threadkit"` finds the package itself), runs it and
 * waits for its end.
 * @throws Error if the time was up, with all that it printed, the state dump of threadkit included
 */
export async function runScript(source: string, options: RunOptions = {}): Promise<RunResult> {
  mkdirSync(temporary, { recursive: true });
  const file = path.join(temporary, `script-${process.pid}-${++serial}.${options.ext ?? "ts"}`);
  writeFileSync(file, source);
  try {
    return await runFile(file, options);
  } finally {
    rmSync(file, { force: true });
  }
}

/** Runs a file that exists. Else like `runScript`. */
export async function runFile(file: string, options: RunOptions = {}): Promise<RunResult> {
  const node = options.node ?? process.execPath;
  const timeout = options.timeout ?? 30_000;
  const typescript = /\.[mc]?ts$/.test(file) && !options.native ? typescriptArgs(node) : [];
  const child = spawn(node, [...typescript, ...(options.nodeArgs ?? []), file, ...(options.args ?? [])], {
    cwd: options.cwd ?? root,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      NODE_TEST_CONTEXT: undefined, // else the child takes itself for a test file
      THREADKIT_DUMP_AFTER: String(Math.max(timeout - DUMP_MARGIN, timeout / 2)),
      TSX_TSCONFIG_PATH: path.join(root, "tsconfig.run.json"),
      ...options.env,
    },
  });
  const result: RunResult = { code: null, signal: null, stdout: "", stderr: "", timedOut: false };
  child.stdout.setEncoding("utf8").on("data", (text) => {
    result.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    result.stderr += text;
  });
  const timer = setTimeout(() => {
    result.timedOut = true;
    child.kill("SIGKILL");
  }, timeout);
  await new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      result.code = code;
      result.signal = signal;
      resolve();
    });
  });
  clearTimeout(timer);
  if (result.timedOut && !options.allowTimeout) {
    throw new Error(`${path.basename(file)} did not end within ${timeout} ms.${captured(result)}`);
  }
  return result;
}

/** All that a child printed, for the message of a failed assertion. */
export function captured({ code, signal, stdout, stderr }: RunResult): string {
  return `\nexit code ${code}, signal ${signal}\n--- stdout ---\n${stdout}\n--- stderr ---\n${stderr}`;
}

const known = new Map<string, string[]>();

/** Does it strip types, and know `using`, which Node 22 doesn't? */
const READS_TYPESCRIPT =
  "(() => { try { new Function('{ using nothing = null; }'); return Boolean(process.features.typescript); } catch { return false; } })()";

/** What `node` needs in front of a TypeScript file: nothing where it reads all of it by itself, else tsx. */
export function typescriptArgs(node: string = process.execPath): string[] {
  let args = known.get(node);
  if (args === undefined) {
    const native =
      node === process.execPath
        ? (new Function(`return ${READS_TYPESCRIPT}`)() as boolean)
        : spawnSync(node, ["-p", READS_TYPESCRIPT], { encoding: "utf8" }).stdout.trim() === "true";
    args = native ? ["--disable-warning=ExperimentalWarning"] : ["--import", import.meta.resolve("tsx")];
    known.set(node, args);
  }
  return args;
}
