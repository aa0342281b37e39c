/** Counts the words of many files on any number of threads. */
import { SharedInt32, Thread } from "threadkit";
import { failure, readText } from "./files.ts";
import { addResult, emptyTally, resultBuffer, type Tally, writeResult } from "./tally.ts";
import { countWords } from "./words.ts";

/** Milliseconds between two looks at the progress. */
const TICK = 100;

export async function countFiles(
  files: readonly string[],
  threadCount: number,
  onProgress: (done: number) => void,
): Promise<Tally> {
  const next = new SharedInt32(0); // index of the first file that no thread has taken
  const done = new SharedInt32(0);

  const workers = Array.from({ length: threadCount }, (_, i) => {
    const result = resultBuffer();
    // This closure runs in another thread. `files` is copied to it; `next`, `done` and `result` are shared.
    const target = () => {
      const tally = emptyTally();
      // Each takes the next file when it is done with one: a thread that met a large file takes fewer.
      for (let taken = next.add(1); taken < files.length; taken = next.add(1)) {
        countFile(files[taken], tally);
        done.add(1);
      }
      writeResult(tally, result);
    };
    return { result, thread: new Thread({ target, name: `counter-${i + 1}` }).start() };
  });

  const total = emptyTally();
  for (const { result, thread } of workers) {
    // While we wait, the event loop is free: for the progress line here, for requests in a server.
    while (!(await thread.joinAsync({ timeout: TICK }))) onProgress(done.value);
    if (thread.exception !== undefined) throw thread.exception;
    addResult(result, total);
  }
  onProgress(done.value);
  return total;
}

function countFile(file: string, tally: Tally): void {
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
