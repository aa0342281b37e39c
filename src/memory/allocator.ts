/**
 * The allocator: size classes on 64 KiB pages, spans of pages for what is larger. Shared by all threads.
 *
 * What a block's header says is the truth; free lists are derived from it. So whoever is killed inside the guard
 * can leave a free list short, but never wrong about a block in use, and repair.ts derives the lists anew.
 */
import { add, compareExchange, load, sub } from "#atomics";
import { classFor, cover, createArena, growTo, words } from "./arena.ts";
import { enter, GuardStuck, leave, tryEnter } from "./guard.ts";
import {
  BLOCK_HEADER,
  beginsSpan,
  CLASS_SHIFT,
  CLASSES,
  FIRST_PAGE,
  H_FREE,
  H_FREE_PAGES,
  H_GUARD,
  H_NEXT_PAGE,
  H_PAGES,
  H_USED,
  KIND_MASK,
  Kind,
  PAGE_FREE,
  PAGE_INNER,
  PAGE_SPAN,
  PAGE_WORDS,
  SPAN_CLASS,
  spanLength,
} from "./layout.ts";
import { lookUp } from "./parts.ts";

/** A zeroed block of at least `size` words with a reference count of one. Returns the index of its first word. */
export function allocate(kind: Kind, size: number): number {
  const total = size + BLOCK_HEADER;
  const sizeClass = classFor(total);
  if (words === undefined) createArena();
  enter(words, H_GUARD);
  let at: number;
  try {
    at = sizeClass >= 0 ? takeSmall(sizeClass) : takeSpan(Math.ceil(total / PAGE_WORDS));
    cover(at);
    words[at - 1] = 1;
    words[at - 2] = Kind.Store | ((sizeClass >= 0 ? sizeClass : SPAN_CLASS) << CLASS_SHIFT);
  } finally {
    leave(words, H_GUARD);
  }
  // Pages that another thread grew may follow those that this realm has seen.
  cover(at + size - 1);
  words.fill(0, at, at + size);
  // Its kind last: until now it holds what the block before it held, which nobody must take for words of that kind.
  words[at - 2] += kind - Kind.Store;
  return at;
}

function takeSmall(sizeClass: number): number {
  const head = H_FREE + sizeClass;
  if (words[head] === 0) carve(sizeClass);
  const at = words[head];
  cover(at);
  words[head] = words[at];
  words[H_USED] += CLASSES[sizeClass] * 4;
  return at;
}

/** Turns a fresh page into free blocks of one class. */
function carve(sizeClass: number): void {
  const size = CLASSES[sizeClass];
  const page = takePages(1);
  const end = (page + 1) * PAGE_WORDS;
  // The headers before the tag: a page that served before holds anything, and repair believes what it reads.
  for (let at = page * PAGE_WORDS + BLOCK_HEADER; at < end; at += size) words[at - 2] = Kind.Free;
  words[H_PAGES + page] = sizeClass + 1;
  for (let at = page * PAGE_WORDS + BLOCK_HEADER; at < end; at += size) {
    words[at] = words[H_FREE + sizeClass];
    words[H_FREE + sizeClass] = at;
  }
}

function takeSpan(pages: number): number {
  const page = takePages(pages);
  words[page * PAGE_WORDS] = Kind.Free;
  for (let i = 1; i < pages; i++) words[H_PAGES + page + i] = PAGE_INNER;
  words[H_PAGES + page] = PAGE_SPAN | pages;
  words[H_USED] += pages * PAGE_WORDS * 4;
  return page * PAGE_WORDS + BLOCK_HEADER;
}

function takePages(count: number): number {
  const next = words[H_NEXT_PAGE];
  if (words[H_FREE_PAGES] >= count) {
    for (let page = FIRST_PAGE, run = 0; page < next; page++) {
      run = words[H_PAGES + page] === PAGE_FREE ? run + 1 : 0;
      if (run === count) {
        // Another thread may have grown them. What is written beyond a view is lost without a word.
        cover((page + 1) * PAGE_WORDS - 1);
        words[H_FREE_PAGES] -= count;
        return page - count + 1;
      }
    }
  }
  growTo(next + count);
  words[H_NEXT_PAGE] = next + count;
  return next;
}

/**
 * Blocks that nobody refers to and that could not be freed, as the guard's holder is dead. That must not count as a
 * release that failed: repeated, the count would go below zero.
 */
const postponed: number[] = [];

/** Gives a block back. */
function free(at: number): void {
  cover(at);
  if (!enterToFree()) {
    postponed.push(at);
    return;
  }
  for (let block = at; block !== 0; block = postponed.pop() ?? 0) giveBack(block);
  leave(words, H_GUARD);
}

/** Is the guard ours? Once it was found stuck nobody waits for it again: each wait is 50 ms, and a ledger is long. */
function enterToFree(): boolean {
  if (postponed.length > 0) return tryEnter(words, H_GUARD);
  try {
    enter(words, H_GUARD);
    return true;
  } catch (error) {
    if (!(error instanceof GuardStuck)) throw error;
    return false;
  }
}

/** Frees what could not be freed before. */
export function freePostponed(): void {
  if (postponed.length === 0) return;
  enter(words, H_GUARD);
  for (let block = postponed.pop() ?? 0; block !== 0; block = postponed.pop() ?? 0) giveBack(block);
  leave(words, H_GUARD);
}

function giveBack(at: number): void {
  const sizeClass = words[at - 2] >>> CLASS_SHIFT;
  words[at - 2] = Kind.Free;
  if (sizeClass === SPAN_CLASS) {
    const page = Math.floor(at / PAGE_WORDS);
    const pages = spanLength(words[H_PAGES + page]);
    for (let i = 0; i < pages; i++) words[H_PAGES + page + i] = PAGE_FREE;
    words[H_FREE_PAGES] += pages;
    words[H_USED] -= pages * PAGE_WORDS * 4;
  } else {
    words[at] = words[H_FREE + sizeClass];
    words[H_FREE + sizeClass] = at;
    words[H_USED] -= CLASSES[sizeClass] * 4;
  }
}

/** What a kind of block owns, given back before the block itself. */
const disposers = new Map<number, (at: number) => void>();
export function onDispose(kind: Kind, dispose: (at: number) => void): void {
  disposers.set(kind, dispose);
}

export function retain(at: number): void {
  add(cover(at), at - 1, 1);
}

/**
 * One more reference to a block that may be gone; false if it is. What stands there now is pinned, and can be looked at.
 * For blocks of a size class only: their places stay what they are, and a free one counts nobody.
 */
export function tryRetain(at: number): boolean {
  for (let seen = load(cover(at), at - 1); seen > 0; ) {
    const found = compareExchange(words, at - 1, seen, seen + 1);
    if (found === seen) return true;
    seen = found;
  }
  return false;
}

/** Blocks that nobody refers to any more, and whose own holds are to be given back. */
const doomed: number[] = [];
let disposing = false;

/** Drops one reference; the last one frees the block. A chain of any length costs no stack. */
export function release(at: number): void {
  if (sub(cover(at), at - 1, 1) !== 1) return;
  if (lookUp(disposers, words[at - 2] & KIND_MASK) === undefined) {
    free(at);
    return;
  }
  doomed.push(at);
  if (disposing) return;
  disposing = true;
  try {
    for (let block = doomed.pop(); block !== undefined; block = doomed.pop()) {
      coverSpan(block);
      disposers.get(words[block - 2] & KIND_MASK)?.(block);
      free(block);
    }
  } finally {
    disposing = false;
  }
}

/** All of a large block: a view may end within it. */
function coverSpan(at: number): void {
  if (words[at - 2] >>> CLASS_SHIFT !== SPAN_CLASS) return;
  const page = Math.floor(at / PAGE_WORDS);
  cover((page + spanLength(words[H_PAGES + page])) * PAGE_WORDS - 1);
}

/** Does anybody refer to it? Else it is about to be freed: see `postponed`. */
export function isUsed(at: number): boolean {
  return words[at - 1] > 0;
}

export function kindOf(at: number): number {
  return cover(at)[at - 2] & KIND_MASK;
}

/** Calls `visit` for every block in use. For the supervisor and for diagnostics: it walks the whole arena. */
export function eachBlock(visit: (at: number, kind: number) => void): void {
  const next = words[H_NEXT_PAGE];
  cover(next * PAGE_WORDS - 1);
  for (let page = FIRST_PAGE; page < next; page++) {
    const tag = words[H_PAGES + page];
    if (beginsSpan(tag)) {
      const at = page * PAGE_WORDS + BLOCK_HEADER;
      if ((words[at - 2] & KIND_MASK) !== Kind.Free) visit(at, words[at - 2] & KIND_MASK);
    } else if (tag !== PAGE_FREE && tag !== PAGE_INNER) {
      const size = CLASSES[tag - 1];
      for (let at = page * PAGE_WORDS + BLOCK_HEADER, end = (page + 1) * PAGE_WORDS; at < end; at += size) {
        const kind = words[at - 2] & KIND_MASK;
        if (kind !== Kind.Free) visit(at, kind);
      }
    }
  }
}
