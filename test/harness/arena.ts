/**
 * Looks into the arena of the built package from outside: it catches the one growable SharedArrayBuffer that
 * "threadkit" makes at first use. Import it before the first shared object is made.
 */
import {
  BLOCK_HEADER,
  CLASSES,
  FIRST_PAGE,
  H_CODE_CACHE,
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
} from "../../src/memory/layout.ts";
import { N_NEXT, N_STATUS, Q_GUARD, Q_HEAD, Q_TAIL, QUEUE_WORDS, WAITING } from "../../src/parking/layout.ts";

/** In a thread of a browser, where the arena was there before, it is found by a name. */
let caught = (globalThis as { threadkitTestArena?: SharedArrayBuffer }).threadkitTestArena;
const Original = globalThis.SharedArrayBuffer;

globalThis.SharedArrayBuffer = new Proxy(Original, {
  construct(target, args, newTarget) {
    const made = Reflect.construct(target, args, newTarget) as SharedArrayBuffer;
    if ((args[1] as { maxByteLength?: number } | undefined)?.maxByteLength !== undefined) {
      caught ??= made;
      globalThis.SharedArrayBuffer = Original;
    }
    return made;
  },
});

/** The whole arena as it is now. */
export function arenaWords(): Int32Array {
  if (caught === undefined) throw new Error("no arena yet: make a shared object first");
  return new Int32Array(caught, 0, Math.floor(caught.byteLength / 4));
}

/** Index of the block that a shared object stands for. */
export function indexOf(object: object): number {
  const key = Object.getOwnPropertySymbols(object).find((symbol) => symbol.description === "threadkit.at");
  if (key === undefined) throw new Error("not a shared object");
  return (object as Record<symbol, number>)[key];
}

/** Bytes in use, but for code caches: main makes one at the first start, the supervisor another some time after. */
export function usedBytes(): number {
  const words = arenaWords();
  let pages = 0;
  for (let cache = Atomics.load(words, H_CODE_CACHE); cache !== 0; cache = words[cache])
    pages += spanOf(words, cache);
  return Atomics.load(words, H_USED) - pages * PAGE_WORDS * 4;
}

/** Pages of the span that a block takes. */
function spanOf(words: Int32Array, at: number): number {
  return words[H_PAGES + Math.floor(at / PAGE_WORDS)] - PAGE_SPAN;
}

/** How many stand in the line of a lock and wait. */
export function inLine(lock: object): number {
  const words = arenaWords();
  let count = 0;
  for (let node = words[indexOf(lock) + 1 + Q_HEAD]; node !== 0; node = words[node + N_NEXT])
    if (Atomics.load(words, node + N_STATUS) === WAITING) count++;
  return count;
}

/** The words of a lock that must be zero when it is free and nobody waits. */
export function lockWords(lock: object): { word: number; guard: number; head: number; tail: number } {
  const words = arenaWords();
  const at = indexOf(lock);
  const queue = at + 1;
  return {
    word: Atomics.load(words, at),
    guard: Atomics.load(words, queue + Q_GUARD),
    head: Atomics.load(words, queue + Q_HEAD),
    tail: Atomics.load(words, queue + Q_TAIL),
  };
}

export const PRISTINE = { word: 0, guard: 0, head: 0, tail: 0 } as const;

/** The same of an RLock, with what its owner notes behind them. */
export function rlockWords(lock: object): ReturnType<typeof lockWords> & { depth: number; task: number } {
  const own = indexOf(lock) + 1 + QUEUE_WORDS + 1;
  return { ...lockWords(lock), depth: arenaWords()[own], task: arenaWords()[own + 1] };
}

export const PRISTINE_RLOCK = { ...PRISTINE, depth: 0, task: 0 } as const;

/** Who waits at a condition; its first word is its lock. */
export function conditionLine(condition: object): { guard: number; head: number; tail: number } {
  const { guard, head, tail } = lockWords(condition);
  return { guard, head, tail };
}

export const NOBODY = { guard: 0, head: 0, tail: 0 } as const;

const NAMES = Object.fromEntries(Object.entries(Kind).map(([name, kind]) => [kind, name]));

/** How many blocks of each kind are in use. */
export function census(words: Int32Array = arenaWords()): Record<string, number> {
  const counts: Record<string, number> = {};
  const count = (kind: number) => {
    if (kind !== Kind.Free) counts[NAMES[kind] ?? kind] = (counts[NAMES[kind] ?? kind] ?? 0) + 1;
  };
  for (let page = FIRST_PAGE; page < words[H_NEXT_PAGE]; page++) {
    const tag = words[H_PAGES + page];
    if (tag & PAGE_SPAN) count(words[page * PAGE_WORDS] & KIND_MASK);
    else if (tag !== PAGE_FREE && tag !== PAGE_INNER) {
      const size = CLASSES[tag - 1];
      for (let at = page * PAGE_WORDS, end = at + PAGE_WORDS; at < end; at += size)
        count(words[at] & KIND_MASK);
    }
  }
  return counts;
}

/**
 * Everything that the allocator's words must agree on while nobody is in it; the list of what does not.
 * Free lists hold exactly the free blocks of their class, counts are sums, spans are whole. `deaths`: as many blocks
 * may have no reference and not be free: who released it was killed in front of freeing it, and that costs the block.
 */
export function allocatorFaults(words: Int32Array = arenaWords(), deaths = 0): string[] {
  // Blocks of the dead come back up to a second after them: not while we look, or we look again.
  for (let tries = 0; ; tries++) {
    const before = heads(words);
    const faults = faultsNow(words, deaths);
    if (faults.length === 0 || tries === 100 || heads(words) === before) return faults;
  }
}

/** What every allocation and every free changes. */
function heads(words: Int32Array): string {
  return `${words[H_GUARD]} ${words[H_USED]} ${words.subarray(H_FREE, H_FREE + CLASSES.length).join(" ")}`;
}

function faultsNow(words: Int32Array, deaths: number): string[] {
  const faults: string[] = [];
  if (words[H_GUARD] !== 0) faults.push(`the guard is held by ${words[H_GUARD]}`);
  const free = CLASSES.map(() => new Set<number>());
  let used = 0;
  let freePages = 0;
  let dropped = 0;
  for (let page = FIRST_PAGE; page < words[H_NEXT_PAGE]; page++) {
    const tag = words[H_PAGES + page];
    if (tag & PAGE_SPAN) {
      const pages = tag & ~PAGE_SPAN;
      const header = words[page * PAGE_WORDS];
      if ((header & KIND_MASK) === Kind.Free) faults.push(`span at page ${page} has no kind`);
      if (header >>> 8 !== SPAN_CLASS) faults.push(`span at page ${page} has class ${header >>> 8}`);
      for (let i = 1; i < pages; i++)
        if (words[H_PAGES + page + i] !== PAGE_INNER)
          faults.push(`page ${page + i} of a span is ${words[H_PAGES + page + i]}`);
      used += pages * PAGE_WORDS * 4;
      page += pages - 1;
    } else if (tag === PAGE_FREE) freePages++;
    else if (tag === PAGE_INNER) faults.push(`page ${page} belongs to no span`);
    else if (tag < 1 || tag > CLASSES.length) faults.push(`page ${page} has tag ${tag}`);
    else {
      const size = CLASSES[tag - 1];
      for (let at = page * PAGE_WORDS + BLOCK_HEADER, end = (page + 1) * PAGE_WORDS; at < end; at += size) {
        const header = words[at - 2];
        if ((header & KIND_MASK) === Kind.Free) free[tag - 1].add(at);
        else {
          used += size * 4;
          if (header >>> 8 !== tag - 1) faults.push(`block ${at} of class ${tag - 1} says ${header >>> 8}`);
          if (words[at - 1] < 0 || (words[at - 1] === 0 && ++dropped > deaths))
            faults.push(`block ${at} in use has ${words[at - 1]} references`);
        }
      }
    }
  }
  for (let c = 0; c < CLASSES.length; c++) {
    const left = free[c];
    for (let at = words[H_FREE + c]; at !== 0; at = words[at]) {
      if (left.delete(at)) continue;
      faults.push(`free list ${c} has ${at}, which is in use, foreign or there twice`);
      break;
    }
    if (left.size > 0) faults.push(`free list ${c} lacks ${left.size} free blocks`);
  }
  if (words[H_USED] !== used) faults.push(`H_USED is ${words[H_USED]}, the blocks make ${used}`);
  if (words[H_FREE_PAGES] !== freePages)
    faults.push(`H_FREE_PAGES is ${words[H_FREE_PAGES]}, counted ${freePages}`);
  return faults;
}
