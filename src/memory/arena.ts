/**
 * The arena: one growable SharedArrayBuffer per process. The only file that makes shared memory.
 *
 * Views are of fixed length and re-made after growth (length-tracking views are 15–50 times slower in loops).
 * An older view stays right for all that it covers, so objects may keep the view that they were born with.
 */
import * as atomics from "#atomics";
import { environment } from "#host";
import { RuntimeError, rangeError } from "../errors/errors.ts";
import {
  CLASSES,
  FIRST_PAGE,
  H_MAGIC,
  H_NEXT_PAGE,
  H_VERSION,
  MAGIC,
  MAX_PAGES,
  PAGE_WORDS,
  VERSION,
} from "./layout.ts";

const PAGE_BYTES = PAGE_WORDS * 4;
/** Memory is committed when touched, so the start costs what is used: 2 MiB are 32 pages. */
const INITIAL_BYTES = 2 * 1024 * 1024;

type Growable = SharedArrayBuffer & { grow(bytes: number): void; readonly maxByteLength: number };

let buffer: Growable;
/** The whole arena as 32-bit words. A live binding: read it after `cover(at)`. */
export let words: Int32Array<SharedArrayBuffer>;
/** The same as 64-bit integers: word 2n begins integer n. */
export let wide: BigInt64Array<SharedArrayBuffer>;
/** The same as bytes, for texts. */
export let octets: Uint8Array<SharedArrayBuffer>;
/** Words that `words` covers. */
let limit = 0;

/** Runs `update` whenever the views above have changed: for parts of the library, whose bundles have copies of them. */
export function follow(update: () => void): void {
  followers.push(update);
}
const followers: (() => void)[] = [];

/** A browser has shared memory only where a page asks for it, by two headers. */
function requireSharedMemory(): void {
  if (typeof SharedArrayBuffer !== "undefined") return;
  throw new RuntimeError(
    "NOT_ISOLATED",
    "cannot share memory between threads: this page is not cross-origin isolated. Serve it over https (or from localhost) with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, see docs/browsers.md.",
  );
}

/** Reserves as much address space as the host grants, from 4 GiB down. */
function reserve(): Growable {
  requireSharedMemory();
  for (let bytes = MAX_PAGES * PAGE_BYTES; ; bytes /= 2) {
    try {
      return new SharedArrayBuffer(INITIAL_BYTES, { maxByteLength: bytes }) as Growable;
    } catch (error) {
      if (bytes <= 64 * 1024 * 1024) throw error;
    }
  }
}

export function createArena(): void {
  map(reserve(), 0);
  words[H_VERSION] = VERSION;
  words[H_NEXT_PAGE] = FIRST_PAGE;
  atomics.store(words, H_MAGIC, MAGIC);
}

/** Joins the arena that another thread of this process made. */
export function attachArena(shared: SharedArrayBuffer): void {
  const probe = new Int32Array(shared, 0, 4);
  if (atomics.load(probe, H_MAGIC) !== MAGIC || probe[H_VERSION] !== VERSION) {
    throw new RuntimeError(
      "LAYOUT_MISMATCH",
      `cannot share memory with this thread: its copy of threadkit has layout ${VERSION}, the other ${probe[H_VERSION]}. Install one version of threadkit.`,
    );
  }
  map(shared as Growable, 0);
}

export function arenaBuffer(): SharedArrayBuffer {
  return buffer;
}

/** Shared memory of its own, outside of the arena: it lives as long as some thread has a view on it. */
export function separateBuffer(bytes: number): SharedArrayBuffer {
  requireSharedMemory();
  return new SharedArrayBuffer(bytes);
}

/**
 * For tests: views reach no further than they must. So a place that reads without `cover` fails at the first page that
 * is new to its thread, and not only when somebody's arena has grown at the wrong moment.
 */
const SHORT_VIEWS = environment("THREADKIT_SHORT_VIEWS") !== undefined;

/** Makes the views reach word `at` at least. */
function map(shared: Growable, at: number): void {
  buffer = shared;
  const all = Math.floor(shared.byteLength / 4);
  const needed = Math.max(FIRST_PAGE, Math.floor(at / PAGE_WORDS) + 1) * PAGE_WORDS;
  words = new Int32Array(shared, 0, SHORT_VIEWS ? Math.min(all, Math.max(limit, needed)) : all);
  wide = new BigInt64Array(shared, 0, words.length >> 1);
  octets = new Uint8Array(shared, 0, words.length * 4);
  limit = words.length;
  for (const update of followers) update();
}

/** Makes `words` cover `at`, a word index that another thread may have got from grown memory. */
export function cover(at: number): Int32Array<SharedArrayBuffer> {
  if (at >= limit) map(buffer, at);
  return words;
}

/** Grows the arena to hold `pages` pages. Called under the allocator's guard. */
export function growTo(pages: number): void {
  const needed = pages * PAGE_BYTES;
  if (needed > buffer.byteLength) {
    const wanted = Math.min(Math.max(needed, buffer.byteLength * 2), buffer.maxByteLength);
    if (needed > wanted) throw outOfMemory(needed);
    try {
      buffer.grow(wanted);
    } catch {
      throw outOfMemory(needed);
    }
  }
  map(buffer, pages * PAGE_WORDS - 1);
}

function outOfMemory(bytes: number): RangeError {
  return rangeError(
    "ARENA_FULL",
    `cannot allocate shared memory: ${Math.ceil(bytes / 1048576)} MiB would be needed and ${Math.floor(buffer.maxByteLength / 1048576)} MiB are the limit. Drop shared objects that are no longer needed.`,
  );
}

/** The block at word index `at` as one 64-bit integer. */
export function bigInt64At(at: number): BigInt64Array<SharedArrayBuffer> {
  cover(at);
  return new BigInt64Array(buffer, at * 4, 1);
}

/** `length` bytes from word index `at` on. */
export function bytesAt(at: number, length: number): Uint8Array<SharedArrayBuffer> {
  cover(at + (length >>> 2));
  return new Uint8Array(buffer, at * 4, length);
}

/** Smallest size class that holds `size` words, header included; -1: needs a span of pages. */
export function classFor(size: number): number {
  for (let c = 0; c < CLASSES.length; c++) if (CLASSES[c] >= size) return c;
  return -1;
}
