/** The words of a primitive that tell whether it is as if nobody had ever come. */
import { Q_GUARD, Q_HEAD, Q_TAIL } from "../../src/parking/layout.ts";
import { B_QUEUE } from "../../src/sync/rounds.ts";
import { arenaWords, indexOf } from "./arena.ts";

export interface LineWords {
  word: number;
  guard: number;
  head: number;
  tail: number;
}

/** First word of an object, and its wait queue, which stands at `queue` in its block. */
export function wordsOf(object: object, queue: number): LineWords {
  const words = arenaWords();
  const at = indexOf(object);
  return {
    word: Atomics.load(words, at),
    guard: Atomics.load(words, at + queue + Q_GUARD),
    head: Atomics.load(words, at + queue + Q_HEAD),
    tail: Atomics.load(words, at + queue + Q_TAIL),
  };
}

export const eventWords = (event: object): LineWords => wordsOf(event, 1);
/** The first word is twice the value when nobody is in line. */
export const semaphoreWords = (semaphore: object): LineWords => wordsOf(semaphore, 2);

/** What they are while nobody waits; `word` is the first one. */
export function quiet(word: number): LineWords {
  return { word, guard: 0, head: 0, tail: 0 };
}
/** The first word is the phase: 0 while a round fills. */
export const barrierWords = (barrier: object): LineWords => wordsOf(barrier, B_QUEUE);
