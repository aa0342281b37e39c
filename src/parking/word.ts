/** Waiting for a word of one's own to change, without a line: only its owner ever waits on it. */
import { load, notify, wait, waitAsync } from "#atomics";
import { words } from "../memory/arena.ts";

export function waitWord(at: number, expected: number, ms: number): void {
  wait(words, at, expected, ms);
}

export function wakeWord(at: number): void {
  notify(words, at, 1);
}

let rung: Promise<unknown> | undefined;

/** Resolves when the word changed, or after about `ms`. One untimed `waitAsync` serves all calls: none is abandoned. */
export async function awaitWord(at: number, expected: number, ms: number): Promise<void> {
  if (load(words, at) !== expected) return;
  if (rung === undefined) {
    const result = waitAsync(words, at, expected);
    if (!result.async) return;
    rung = result.value.then(() => (rung = undefined));
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([rung, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
