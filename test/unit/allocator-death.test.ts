/**
 * Death inside the allocator, simulated: the arena's views are wrapped so that the n-th write, and every one after
 * it, does not happen, as when the thread was killed in front of it. Then the supervisor's repair must leave an
 * allocator without faults, whatever n is. A dead thread may cost the block that it was about; nothing else.
 */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import {
  BLOCK_HEADER,
  CLASSES,
  H_FREE,
  H_FREE_PAGES,
  H_GUARD,
  H_USED,
  Kind,
  PAGE_WORDS,
} from "../../src/memory/layout.ts";
import { allocatorFaults } from "../harness/arena.ts";

class Death extends Error {}

/** Writes that are still to happen. */
let left = Number.POSITIVE_INFINITY;
function write(): void {
  if (--left < 0) throw new Death();
}

const targets = new WeakMap<object, Int32Array>();
const plain = <T>(view: T): T => (targets.get(view as object) ?? view) as T;

const RealInt32Array = Int32Array;
const RealAtomics = {
  ...Object.fromEntries(Object.getOwnPropertyNames(Atomics).map((n) => [n, Reflect.get(Atomics, n)])),
};

/** A view whose writes count. Only the arena's views are wrapped. */
function wrap(view: Int32Array): Int32Array {
  const wrapped = new Proxy(view, {
    get(target, key) {
      const value = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (key === "fill") write();
        return (value as (...args: unknown[]) => unknown).apply(target, args);
      };
    },
    set(target, key, value) {
      write();
      return Reflect.set(target, key, value, target);
    },
  });
  targets.set(wrapped, view);
  return wrapped;
}

let allocator: typeof import("../../src/memory/allocator.ts");
let repair: typeof import("../../src/memory/repair.ts");
let arena: typeof import("../../src/memory/arena.ts");
const words = () => plain(arena.words);

before(async () => {
  const global = globalThis as Record<string, unknown>;
  global.Int32Array = new Proxy(RealInt32Array, {
    construct(target, args, newTarget) {
      const view = Reflect.construct(target, args, newTarget === global.Int32Array ? target : newTarget);
      return args[0] instanceof SharedArrayBuffer ? wrap(view) : view;
    },
  });
  for (const name of ["store", "add", "sub", "exchange", "compareExchange"]) {
    Object.defineProperty(Atomics, name, {
      configurable: true,
      writable: true,
      value: (view: unknown, ...args: unknown[]) => {
        write();
        return (RealAtomics[name] as (...args: unknown[]) => unknown)(plain(view), ...args);
      },
    });
  }
  for (const name of ["load", "notify", "wait"]) {
    Object.defineProperty(Atomics, name, {
      configurable: true,
      writable: true,
      value: (view: unknown, ...args: unknown[]) =>
        (RealAtomics[name] as (...args: unknown[]) => unknown)(plain(view), ...args),
    });
  }
  allocator = await import("../../src/memory/allocator.ts");
  repair = await import("../../src/memory/repair.ts");
  arena = await import("../../src/memory/arena.ts");
  allocator.release(allocator.allocate(Kind.Mail, 6));
});

function inUse(): Map<number, number> {
  const found = new Map<number, number>();
  allocator.eachBlock((at, kind) => found.set(at, kind));
  return found;
}

interface Scenario {
  /** Brings the allocator into the state in which the death happens. Returns what `act` needs. */
  prepare(): number;
  act(at: number): number | undefined;
}

const classFor = (size: number) => CLASSES.findIndex((most) => most >= size);
const span = (pages: number) => pages * PAGE_WORDS - BLOCK_HEADER;

/** Blocks that a scenario filled free places with, freed after each step. */
const fillers: number[] = [];
function fill(kind: number, size: number): void {
  fillers.push(allocator.allocate(kind as never, size));
}

/** A free page that once was in the middle of a span full of what looks like headers of locks. */
function soil(pages: number): void {
  const at = allocator.allocate(Kind.Message, span(pages));
  words().fill(Kind.Lock | (3 << 8), at, at + span(pages));
  allocator.release(at);
}

const scenarios: Record<string, Scenario> = {
  "taking a small block from its free list": {
    prepare: () => {
      allocator.release(allocator.allocate(Kind.Mail, 30));
      return 0;
    },
    act: () => allocator.allocate(Kind.Mail, 30),
  },
  "carving a fresh page": {
    prepare: () => {
      // As many as use up the free blocks of the class and all free pages.
      while (words()[H_FREE + classFor(4096)] !== 0) fill(Kind.Mail, 4094);
      while (words()[H_FREE_PAGES] > 0) fill(Kind.Message, span(1));
      return 0;
    },
    act: () => allocator.allocate(Kind.Mail, 4094),
  },
  "carving a page that was inside a span": {
    prepare: () => {
      while (words()[H_FREE + classFor(2048)] !== 0) fill(Kind.Mail, 2046);
      while (words()[H_FREE_PAGES] > 0) fill(Kind.Message, span(1));
      soil(3);
      return 0;
    },
    act: () => allocator.allocate(Kind.Mail, 2046),
  },
  "taking a span of fresh pages": {
    prepare: () => {
      while (words()[H_FREE_PAGES] > 0) fill(Kind.Message, span(1));
      return 0;
    },
    act: () => allocator.allocate(Kind.Message, span(3)),
  },
  "taking a span of pages that were inside another": {
    prepare: () => {
      while (words()[H_FREE_PAGES] > 0) fill(Kind.Message, span(1));
      soil(4);
      fill(Kind.Message, span(1)); // so that the next begins inside
      return 0;
    },
    act: () => allocator.allocate(Kind.Message, span(2)),
  },
  "freeing a small block": {
    prepare: () => allocator.allocate(Kind.Mail, 30),
    act: (at) => void allocator.release(at),
  },
  "freeing a span": {
    prepare: () => allocator.allocate(Kind.Message, span(3)),
    act: (at) => void allocator.release(at),
  },
};

describe("after a death while", () => {
  for (const [name, { prepare, act }] of Object.entries(scenarios)) {
    test(`${name}, in front of any write, repair leaves no fault`, () => {
      // What an earlier scenario broke is its failure, not this one's.
      const known = new Set(allocatorFaults(words(), 1_000));
      let steps = 0;
      for (let died = true; died; steps++) {
        const at = prepare();
        const before = inUse();
        const used = words()[H_USED];
        died = false;
        left = steps;
        try {
          act(at);
        } catch (error) {
          if (!(error instanceof Death)) throw error;
          died = true;
        }
        left = Number.POSITIVE_INFINITY;
        // What the reaper does, if the dead one was in the guard.
        if (words()[H_GUARD] !== 0) {
          repair.repairAllocator();
          words()[H_GUARD] = 0;
        }
        const where = `in front of write ${steps + 1}`;
        const faults = allocatorFaults(words(), 1_000).filter((fault) => !known.has(fault));
        assert.deepEqual(faults, [], where);
        const changed = [...inUse()].filter(([block]) => !before.has(block));
        assert.ok(
          changed.length <= 1,
          `${changed.length} blocks appeared from nowhere ${where}: ${changed[1]}`,
        );
        for (const [block] of before)
          if (block !== at) assert.ok(inUse().has(block), `${block} was lost ${where}`);
        // One that is not whole yet is of a kind that nobody looks into.
        for (const [block, kind] of changed) {
          if (kind === Kind.Store) continue;
          assert.ok(kind === Kind.Mail || kind === Kind.Message, `block ${block} has kind ${kind} ${where}`);
          assert.equal(words()[block], 0, `block ${block} is not zeroed ${where}`);
        }
        // And it still works.
        const more = [30, 4094, span(2)].map((size) => allocator.allocate(Kind.Mail, size));
        for (const block of more) {
          assert.ok(block === at || !before.has(block), `${block} was given out twice ${where}`);
          allocator.release(block);
        }
        for (const [block] of changed) if (words()[block - 1] > 0) allocator.release(block);
        assert.ok(Math.abs(words()[H_USED] - used) <= 3 * PAGE_WORDS * 4);
        for (const block of fillers.splice(0)) allocator.release(block);
      }
      assert.ok(steps > 3, `only ${steps} steps were tried`);
    });
  }
});
