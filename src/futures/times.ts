/**
 * How long tasks waited and ran: a clock that all threads share, and histograms in shared memory, since tasks run in
 * many threads.
 *
 * Buckets as in HdrHistogram (Tene): each power of two in eight, so a value is known to 12 %. One add a value.
 */
import { add, load } from "#atomics";
import { allocate } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { Kind } from "../memory/layout.ts";

const SUB_BITS = 3;
const SUBS = 1 << SUB_BITS;
/** For 32 bits: those below SUBS have a bucket each, each power of two from there on has SUBS. */
const BUCKETS = (32 - SUB_BITS + 1) * SUBS;

/** Which histogram: from submit to begin, from begin to end. */
export const WAIT = 0;
export const RUN = 1;

const origin = performance.timeOrigin;

/** Microseconds since the epoch, as far as 32 bits reach: see `elapsed`. */
export function clock(): number {
  return ((origin + performance.now()) * 1000) | 0;
}

/** Microseconds, 1 s: clocks of two threads differ by less. */
const SKEW = 1_000_000;

/** Microseconds from one look at the clock to a later one, of whatever threads; right for up to 71 minutes. */
export function elapsed(from: number, to: number): number {
  const micros = (to - from) >>> 0;
  return micros < 2 ** 32 - SKEW ? micros : 0; // the later clock is a little behind
}

/** Percentiles in milliseconds. */
export interface Percentiles {
  /** Half of them took no longer. */
  readonly p50: number;
  /** 90 of 100 took no longer. */
  readonly p90: number;
  /** 99 of 100 took no longer. */
  readonly p99: number;
  /** The longest. */
  readonly max: number;
}

/** A block for both histograms. */
export function makeTimes(): number {
  return allocate(Kind.Store, 2 * BUCKETS);
}

/** Counts one task that took `micros` microseconds, from 0 to 2^32 - 1. */
export function record(times: number, which: typeof WAIT | typeof RUN, micros: number): void {
  const at = times + which * BUCKETS + bucketOf(micros);
  add(cover(at), at, 1);
}

function bucketOf(micros: number): number {
  if (micros < SUBS) return micros;
  const exponent = 31 - Math.clz32(micros);
  return (exponent - SUB_BITS + 1) * SUBS + ((micros >>> (exponent - SUB_BITS)) & (SUBS - 1));
}

/** The largest value in a bucket. */
function top(bucket: number): number {
  if (bucket < SUBS) return bucket;
  const exponent = (bucket >> SUB_BITS) + SUB_BITS - 1;
  return 2 ** exponent + ((bucket & (SUBS - 1)) + 1) * 2 ** (exponent - SUB_BITS) - 1;
}

export function percentiles(times: number, which: typeof WAIT | typeof RUN): Percentiles {
  cover(times + 2 * BUCKETS);
  const counts: number[] = [];
  let total = 0;
  for (let i = 0; i < BUCKETS; i++) {
    counts.push(load(words, times + which * BUCKETS + i));
    total += counts[i];
  }
  const at = (share: number): number => {
    let left = Math.ceil(total * share);
    for (let i = 0; i < BUCKETS; i++) if ((left -= counts[i]) <= 0 && total > 0) return top(i) / 1000;
    return 0;
  };
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}
