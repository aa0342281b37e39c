/** What the words of a SharedMap or SharedSet must agree on while nobody is in it. */
import {
  BLOCK_HEADER,
  CLASSES,
  FIRST_PAGE,
  H_NEXT_PAGE,
  H_PAGES,
  KIND_MASK,
  Kind,
  PAGE_FREE,
  PAGE_INNER,
  PAGE_SPAN,
  PAGE_WORDS,
} from "../../src/memory/layout.ts";
import { Q_HEAD, Q_TAIL } from "../../src/parking/layout.ts";
import {
  E_HASH,
  E_KEY,
  E_NEXT,
  E_VALUE,
  ENTRY,
  M_GUARD,
  M_LOCKS,
  M_QUEUE,
  M_SIZE,
  M_TABLE,
  T_BUCKETS,
  T_CAPACITY,
  T_MASK,
  T_OWNS,
  T_USED,
} from "../../src/shared/hash-table.ts";
import { arenaWords, indexOf } from "./arena.ts";

const isBlock = (cell: number) => (cell & 1) === 0 && cell > 8;

/** The list of what is wrong: size, chains, order, references, leftovers of updates. */
export function mapFaults(map: object): string[] {
  const words = arenaWords();
  const at = indexOf(map);
  const faults: string[] = [];
  const must = (holds: boolean, fact: string) => holds || faults.push(fact);
  must(words[at + M_GUARD] === 0, `the guard is held by ${words[at + M_GUARD]}`);
  must(words[at + M_LOCKS] === 0, "a lock of a key is left");
  must(words[at + M_QUEUE + Q_HEAD] === 0 && words[at + M_QUEUE + Q_TAIL] === 0, "somebody is in line");
  const table = words[at + M_TABLE];
  if (table === 0) {
    must(words[at + M_SIZE] === 0, `the size is ${words[at + M_SIZE]} without a table`);
    return faults;
  }
  must((words[table - 2] & KIND_MASK) === Kind.Table, "the table is no store");
  must(words[table - 1] === 1, `the table has ${words[table - 1]} references`);
  must(words[table + T_OWNS] === 0, "the table owns its cells");
  const buckets = words[table + T_MASK] + 1;
  const first = table + T_BUCKETS + buckets;
  const live = new Set<number>();
  for (let i = 0; i < words[table + T_CAPACITY]; i++) {
    const entry = first + i * ENTRY;
    const [key, value] = [words[entry + E_KEY], words[entry + E_VALUE]];
    if (key === 0) {
      must(value === 0, `the free entry ${i} has the value ${value}`);
      continue;
    }
    must(i < words[table + T_USED], `entry ${i} is above those used`);
    live.add(entry);
    for (const cell of [key, value]) {
      if (!isBlock(cell)) continue;
      must((words[cell - 2] & KIND_MASK) !== Kind.Free, `a cell of entry ${i} is a free block`);
      must(words[cell - 1] > 0, `a cell of entry ${i} has ${words[cell - 1]} references`);
    }
  }
  must(words[at + M_SIZE] === live.size, `the size is ${words[at + M_SIZE]} and there are ${live.size}`);
  const chained = new Set<number>();
  for (let bucket = 0; bucket < buckets; bucket++) {
    for (let entry = words[table + T_BUCKETS + bucket]; entry !== 0; entry = words[entry + E_NEXT]) {
      must((words[entry + E_HASH] & (buckets - 1)) === bucket, "an entry is in a foreign bucket");
      must(live.has(entry), "an entry in a chain is not there");
      if (chained.has(entry)) {
        faults.push("a chain is a circle");
        break;
      }
      chained.add(entry);
    }
  }
  must(chained.size === live.size, `${live.size} entries are there, ${chained.size} in chains`);
  return faults;
}

/** Words of the map's table, 0: it has none. */
export function tableWords(map: object): number {
  const words = arenaWords();
  const table = words[indexOf(map) + M_TABLE];
  if (table === 0) return 0;
  return T_BUCKETS + words[table + T_MASK] + 1 + words[table + T_CAPACITY] * ENTRY;
}

/** Blocks of a kind that nothing in these maps refers to, and those with more or fewer references than entries. */
export function strayCells(
  maps: readonly object[],
  kinds: readonly number[],
): { stray: number; wrong: number } {
  const words = arenaWords();
  const counts = new Map<number, number>();
  const count = (cell: number) => isBlock(cell) && counts.set(cell, (counts.get(cell) ?? 0) + 1);
  for (const map of maps) {
    const table = words[indexOf(map) + M_TABLE];
    if (table === 0) continue;
    const first = table + T_BUCKETS + words[table + T_MASK] + 1;
    for (let i = 0; i < words[table + T_CAPACITY]; i++) {
      if (words[first + i * ENTRY + E_KEY] === 0) continue;
      count(words[first + i * ENTRY + E_KEY]);
      count(words[first + i * ENTRY + E_VALUE]);
    }
  }
  let [stray, wrong] = [0, 0];
  const look = (at: number) => {
    if (!kinds.includes(words[at - 2] & KIND_MASK)) return;
    const expected = counts.get(at) ?? 0;
    if (expected === 0) stray++;
    else if (expected !== words[at - 1]) wrong++;
  };
  for (let page = FIRST_PAGE; page < words[H_NEXT_PAGE]; page++) {
    const tag = words[H_PAGES + page];
    if (tag & PAGE_SPAN) look(page * PAGE_WORDS + BLOCK_HEADER);
    else if (tag !== PAGE_FREE && tag !== PAGE_INNER)
      for (let at = page * PAGE_WORDS + BLOCK_HEADER; at < (page + 1) * PAGE_WORDS; at += CLASSES[tag - 1])
        look(at);
  }
  return { stray, wrong };
}
