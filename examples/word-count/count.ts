/** Counts the words of many files with a pool of threads. */
import { asCompleted, ThreadPoolExecutor } from "threadkit";
import { failure, readText } from "./files.ts";
import { addTally, emptyTally, type Tally } from "./tally.ts";
import { countWords } from "./words.ts";

/** Files for one task: enough to be worth the way there and back, few enough that all threads end at about the same time. */
const HANDFUL = 64;

/** Its results come as they are ready; while we wait for them the event loop is free, as a server's would be. */
export async function countFiles(
  files: readonly string[],
  threads: number,
  onProgress: (done: number) => void,
): Promise<Tally> {
  await using pool = new ThreadPoolExecutor(threads);
  // `countHandful` runs in other threads, which import what it uses. The names of the files go there as copies, a
  // tally comes back as one.
  const tasks = handfuls(files).map((handful) => pool.submit(countHandful, handful));
  const total = emptyTally();
  for await (const task of asCompleted(tasks)) {
    addTally(task.result(), total);
    onProgress(total.files);
  }
  total.failures.sort(); // they came in no fixed order
  return total;
}

function countHandful(files: readonly string[]): Tally {
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

function handfuls(files: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(files.length / HANDFUL) }, (_, i) =>
    files.slice(i * HANDFUL, (i + 1) * HANDFUL),
  );
}
