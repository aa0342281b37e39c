/**
 * The words of a future.
 *
 * state      meaning                                   who may leave it, to what
 * PENDING    nobody has begun                          who runs it → RUNNING; cancel() → CANCELLED; setResult → SETTLING
 * RUNNING    the thread of the ident runs it           anybody who has its outcome → SETTLING
 * SETTLING   that thread stores the outcome            it → FINISHED or FAILED; the supervisor, if it died → RUNNING
 * CANCELLED  it will never run                         nobody
 * FINISHED   F_VALUE is the cell of the result         nobody
 * FAILED     F_VALUE is the message of the error       nobody
 *
 * The state stands in the low bits of F_STATE, the ident of the thread that changed it last in the high ones. The flags
 * between them are set by whoever wants to be told, in the same word, so that an outcome and a wish to hear of it never
 * miss each other.
 */
import { compareExchange, load, or } from "#atomics";
import { cover, words } from "../memory/arena.ts";
import { QUEUE_WORDS } from "../parking/layout.ts";
import { ident } from "../parking/realm.ts";

export const PENDING = 0;
export const RUNNING = 1;
export const SETTLING = 2;
/** States from here on are final. */
export const CANCELLED = 3;
export const FINISHED = 4;
export const FAILED = 5;
const STATE = 7;

/** Its owner is to be told through its inbox. */
export const LISTENED = 8;
/** Somebody stands in its line. */
export const AWAITED = 16;
/** It was asked to stop. */
export const STOP = 32;
/** F_ARGS is the one argument, not a list of them. */
export const SINGLE = 64;
/** F_ARGS is a list of argument lists: the function is called with each, and the result is a `ChunkResult`. */
export const CHUNK = 128;
/** The lane of its priority: three bits. */
const LANE_SHIFT = 8;
export const LANES = 8;
/** Its pool does not count it any more. */
export const LEFT = 1 << 11;
/** What it runs is an async function. */
export const ASYNC_TASK = 1 << 12;
/** The lower 19 bits of the ident of the thread that runs or settles it: enough to tell threads that live at a time. */
const IDENT_SHIFT = 13;
const IDENT_MASK = -1 << IDENT_SHIFT;

/** Who waits for it. */
export const F_QUEUE = 0;
export const F_STATE = QUEUE_WORDS;
/** A cell, or the message of an error; 0 before. */
export const F_VALUE = 5;
/** The pool that it waits in or ran in, 0: none. */
export const F_POOL = 6;
/** Link in the pool's inbox, then in a lane, then in its owner's inbox: at the place of `N_LINK`. */
export const F_LINK = 7;
/** What it runs: a `TaskCode` or a message, and the cell of its arguments. 0 once it runs. */
export const F_CODE = 8;
export const F_ARGS = 9;
/**
 * Realm that submitted it, and its place in that realm's table, from 1 on. As long as that is above zero the realm has
 * a reference that is written nowhere else; below zero its ledger lists it; 0: it has let go.
 */
export const F_OWNER = 10;
export const F_SLOT = 11;
/** When it was submitted, by `clock` of times.ts. */
export const F_TIME = 12;
/**
 * Where it is in its pool, as far as its links don't tell:
 * 0       on the inbox, or in no pool             a worker that sorts → SORTED
 * SORTED  in a lane, or about to be               who takes it out → OUT
 * OUT     with the thread that runs it            that thread, or the supervisor → 0, and drops the pool's reference
 */
export const F_PLACE = 13;
export const SORTED = 1;
export const OUT = 2;
/** With the block's header at most sixteen words, a size class. */
export const FUTURE_WORDS = 14;

export function wordOf(at: number): number {
  return load(cover(at), at + F_STATE);
}

export function stateIn(word: number): number {
  return word & STATE;
}

export function isFinal(at: number): boolean {
  return stateIn(wordOf(at)) >= CANCELLED;
}

/**
 * Moves it from state `from` to `to` on behalf of the calling thread, or of a dead one, and keeps its flags.
 * Returns the word as it was, or -1: it is in another state. (No word is -1: there is no state 7.)
 */
export function change(at: number, from: number, to: number, by = ident): number {
  for (;;) {
    const word = load(words, at + F_STATE);
    if ((word & STATE) !== from) return -1;
    const next = (word & ~IDENT_MASK & ~STATE) | to | (by << IDENT_SHIFT);
    if (compareExchange(words, at + F_STATE, word, next) === word) return word;
  }
}

/** Was `thread` (an ident) the last that changed its state? */
export function isBy(word: number, thread: number): boolean {
  return (word & IDENT_MASK) === thread << IDENT_SHIFT;
}

/** Will its owner be told? */
export function isListened(at: number): boolean {
  return (wordOf(at) & LISTENED) !== 0;
}

/** Was it asked to stop? */
export function isStopping(at: number): boolean {
  return (wordOf(at) & STOP) !== 0;
}

/** Does it run an async function? */
export function isAsync(at: number): boolean {
  return (wordOf(at) & ASYNC_TASK) !== 0;
}

/** Sets a flag. Returns the word as it was. */
export function flag(at: number, bit: number): number {
  return or(cover(at), at + F_STATE, bit);
}

export function laneBits(lane: number): number {
  return lane << LANE_SHIFT;
}

export function laneIn(word: number): number {
  return (word >> LANE_SHIFT) & (LANES - 1);
}
