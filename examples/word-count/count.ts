/** Counts the words of many files with a pool of threads. */
import { asCompleted, ThreadPoolExecutor } from "threadkit";
import { failure, readText } from "./files.ts";
import { addTally, emptyTally, type Tally } from "./tally.ts";
import { countWords } from "./words.ts";

/** Tasks for each thread: so few that their tallies are soon added up, so many that all threads end about together. */
const TASKS_EACH = 8;

/** Its results come as they are ready; while we wait for them the event loop is free, as a server's would be. */
export async function countFiles(
  files: readonly string[],
  threads: number,
  onProgress: (done: number) => void,
): Promise<Tally> {
  await using pool = new ThreadPoolExecutor(threads);
  // `countShare` runs in other threads, which import what it uses. The names of the files go there as copies, a
  // tally comes back as one.
  const tasks = shares(files, threads * TASKS_EACH).map((share) => pool.submit(countShare, share));
  const total = emptyTally();
  for await (const task of asCompleted(tasks)) {
    addTally(task.result(), total);
    onProgress(total.files);
  }
  total.failures.sort(); // they came in no fixed order
  return total;
}

function countShare(files: readonly string[]): Tally {
  const tally = emptyTally();
  for (const file of files) countFile(file, tally);
  return tally;
}

function countFile(file: string, tally: Tally): void {
  tally.files += 1;
  try {
    const text = readText(file);
    if (text === undefined) return;
    countWords(text, tally.counts);
    tally.texts += 1;
    tally.bytes += text.length;
  } catch (error) {
    tally.failures.push(failure(file, error));
  }
}

/** `files` in so many parts at most. */
function shares(files: readonly string[], parts: number): string[][] {
  const size = Math.ceil(files.length / parts);
  const result: string[][] = [];
  for (let i = 0; i < files.length; i += size) result.push(files.slice(i, i + size));
  return result;
}
