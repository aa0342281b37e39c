/**
 * What the supervisor must know of each kind of object to mend it after a thread was killed.
 * Primitives say it here; the supervisor reads it. Nobody else does.
 */
import { kindOf, release, tryRetain } from "../memory/allocator.ts";
import type { Kind } from "../memory/layout.ts";
import { lookUp } from "../memory/parts.ts";
import type { GIFTED, GONE, NOTIFIED } from "./layout.ts";

export interface Robust {
  /** Offset of the wait queue in the block. */
  readonly queue: number;
  /** The thread `ident` is dead: mark what it held as broken and wake all who wait. */
  breakOwned?(at: number, ident: number): void;
  /**
   * A waiter died with a wake-up (GIFTED: with what it waited for) that it had not used: give it to another.
   * GONE: it gave up and died before it had left, or somebody died under the guard; whoever could go on is woken.
   */
  passOn?(at: number, status: typeof NOTIFIED | typeof GIFTED | typeof GONE): void;
  /** A waiter died in line, before anybody woke it. */
  abandoned?(at: number): void;
  /** The realm that it names as its owner's is gone. */
  realmGone?(at: number, realm: number): void;
  /** Under the guard, whose holder died somewhere in a change: make the words whole. The line is linked anew. */
  mend?(at: number): void;
}

const kinds = new Map<number, Robust>();

export function defineRobust(kind: Kind, robust: Robust): void {
  kinds.set(kind, robust);
}

/** For each of these blocks that is still in use, which it stays meanwhile: live threads may give it back at any time. */
export function eachRobust(blocks: readonly number[], visit: (robust: Robust, at: number) => void): void {
  for (const at of blocks) {
    if (!tryRetain(at)) continue;
    try {
      const robust = kinds.get(kindOf(at));
      if (robust !== undefined) visit(robust, at);
    } finally {
      release(at);
    }
  }
}

export function robustOf(kind: number): Robust | undefined {
  return lookUp(kinds, kind);
}
