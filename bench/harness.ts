/**
 * Measures rivals in turns: one sample of each, round after round, each round from another start. What slows the
 * machine for a while then slows all of them, so that the ratio of their medians holds where times do not.
 *
 * Own code, since mitata and tinybench run one contender to its end before the next, and since most rivals here
 * need a process of their own (another node, a V8 flag, CPython).
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

export interface Contender {
  readonly name: string;
  /** Takes one sample. */
  sample(): Promise<number>;
  close(): void;
}

export interface Command {
  file: string;
  args: readonly string[];
}

/** Milliseconds after which a sample is given up. */
const SAMPLE_LIMIT = 60_000;

/** A process that takes a sample for each line that it is sent: warm, as in a long-running program. */
export class WarmProcess implements Contender {
  readonly name: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<Error>;

  constructor(name: string, { file, args }: Command) {
    this.name = name;
    this.#child = spawn(file, args, { stdio: "pipe" });
    this.#child.stdin.on("error", () => {}); // its end is reported by #ended
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#ended = endOf(this.#child);
  }

  async sample(): Promise<number> {
    this.#child.stdin.write("\n");
    const line = await limited(this.#child, Promise.race([this.#lines.next(), this.#ended]));
    if (line instanceof Error) throw line;
    if (line.done) throw await this.#ended;
    return parse(line.value);
  }

  close(): void {
    this.#child.kill("SIGKILL");
  }
}

/** A new process for each sample: the time until it prints a line, or the number that it prints. */
export class ColdProcess implements Contender {
  readonly name: string;
  readonly #command: Command;
  readonly #what: "time to first line" | "printed number";

  constructor(name: string, command: Command, what: "time to first line" | "printed number") {
    this.name = name;
    this.#command = command;
    this.#what = what;
  }

  async sample(): Promise<number> {
    const start = performance.now();
    const child = spawn(this.#command.file, this.#command.args, { stdio: ["ignore", "pipe", "pipe"] });
    const ended = endOf(child);
    const first = createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
    const line = await limited(child, Promise.race([first, ended]));
    const milliseconds = performance.now() - start;
    if (line instanceof Error) throw line;
    const end = await ended; // the next sample must not share the machine with this one's end
    if (line.done) throw end;
    return this.#what === "time to first line" ? milliseconds : parse(line.value);
  }

  close(): void {}
}

/** Waits for a sample, and kills the process if it takes too long. */
async function limited<T>(
  child: { kill(signal: "SIGKILL"): boolean },
  sample: Promise<T>,
): Promise<T | Error> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Error>((resolve) => {
    timer = setTimeout(() => {
      child.kill("SIGKILL");
      resolve(new Error(`a sample took more than ${SAMPLE_LIMIT / 1000} s`));
    }, SAMPLE_LIMIT);
  });
  try {
    return await Promise.race([sample, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when the process is gone. */
function endOf(child: ChildProcessByStdio<Writable | null, Readable, Readable>): Promise<Error> {
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    complaint += text;
  });
  return new Promise((resolve) => {
    child.on("error", resolve);
    child.on("close", (code) => {
      const reason = /^.*(?:Error|error|cannot).*$/m.exec(complaint)?.[0] ?? complaint.trim().split("\n")[0];
      resolve(new Error(reason || `it ended with exit code ${code}`));
    });
  });
}

function parse(line: string): number {
  const value = Number(line);
  if (!Number.isFinite(value)) throw new Error(`it printed ${JSON.stringify(line)}`);
  return value;
}

export interface Samples {
  name: string;
  /** One per round; empty if it could not run. */
  values: number[];
  failure?: string;
}

export async function interleave(
  contenders: readonly Contender[],
  { warmups, rounds }: { warmups: number; rounds: number },
): Promise<Samples[]> {
  const all: Samples[] = contenders.map(({ name }) => ({ name, values: [] }));
  for (let round = -warmups; round < rounds; round++) {
    for (let k = 0; k < contenders.length; k++) {
      const i = (k + round + warmups) % contenders.length;
      if (all[i].failure !== undefined) continue;
      try {
        const value = await contenders[i].sample();
        if (round >= 0) all[i].values.push(value);
      } catch (error) {
        all[i] = { name: all[i].name, values: [], failure: (error as Error).message };
      }
    }
  }
  for (const contender of contenders) contender.close();
  return all;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Distance between the quartiles, as a part of the median. */
export function spread(values: readonly number[]): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / median(values);
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const low = Math.floor(at);
  const high = Math.ceil(at);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}
