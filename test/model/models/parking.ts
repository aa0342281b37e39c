/** The parking layer by itself, with the smallest primitives that use all of it. */
import { exchange, load, pause, store } from "#atomics";
import { words } from "../../../src/memory/arena.ts";
import { enter, leave } from "../../../src/memory/guard.ts";
import { defineKind, kAt, SharedObject } from "../../../src/memory/handle.ts";
import type { Kind } from "../../../src/memory/layout.ts";
import { deadlineOf } from "../../../src/parking/deadline.ts";
import { GIFTED, GONE, Q_GUARD, QUEUE_WORDS, R_URGENT } from "../../../src/parking/layout.ts";
import { onUrgent, parkSync, type Steps, wakeAll } from "../../../src/parking/park.ts";
import { firstWaiting, post, settle, wake } from "../../../src/parking/queue.ts";
import { here } from "../../../src/parking/realm.ts";
import { defineRobust } from "../../../src/parking/robust.ts";
import { Cell, equal, model, ok } from "../kit.ts";
import { step } from "../ops.ts";

const GATE = 201 as Kind;
const TOKENS = 202 as Kind;
const QUEUE = 1;

/** Opens once, for all. */
class Gate extends SharedObject {
  constructor() {
    super(GATE, 1 + QUEUE_WORDS);
  }
  pass(): void {
    parkSync(gateSteps(this[kAt]), Number.POSITIVE_INFINITY, "pass the gate", "nothing");
  }
  open(): void {
    const at = this[kAt];
    wakeAll(at + QUEUE, () => store(words, at, 1));
  }
}
function* gateSteps(at: number): Steps<void> {
  const closed = () => load(words, at) === 0;
  while (closed()) yield { queue: at + QUEUE, mustWait: closed };
}

/** Counted tokens, handed over to the first in line. */
class Tokens extends SharedObject {
  constructor() {
    super(TOKENS, 1 + QUEUE_WORDS);
  }
  take(timeout = Number.POSITIVE_INFINITY): boolean {
    return parkSync(takeSteps(this[kAt]), deadlineOf(timeout), "take", "nothing");
  }
  give(): void {
    const at = this[kAt];
    enter(words, at + QUEUE + Q_GUARD);
    let node = firstWaiting(at + QUEUE);
    while (node !== 0 && !settle(at + QUEUE, node, GIFTED)) node = firstWaiting(at + QUEUE);
    if (node === 0) store(words, at, load(words, at) + 1);
    leave(words, at + QUEUE + Q_GUARD);
    if (node !== 0) wake(node);
  }
}
function* takeSteps(at: number): Steps<boolean> {
  for (;;) {
    let taken = false;
    const outcome = yield {
      queue: at + QUEUE,
      mustWait: () => {
        const left = load(words, at);
        if (left > 0) store(words, at, left - 1);
        taken = left > 0;
        return !taken;
      },
    };
    if (taken || outcome === GIFTED) return true;
    if (outcome === GONE) return false;
  }
}

defineKind(GATE, Gate);
defineKind(TOKENS, Tokens);
defineRobust(GATE, { queue: QUEUE });
defineRobust(TOKENS, { queue: QUEUE });

const guarded = (s: { guard: Cell; inside: Cell }) => {
  enter(words, s.guard[kAt]);
  ok(s.inside.get() === 0, "two threads are inside");
  s.inside.set(1);
  step();
  s.inside.set(0);
  leave(words, s.guard[kAt]);
};

export const guard = model({
  share: () => ({ guard: new Cell(), inside: new Cell() }),
  threads: [guarded, guarded, guarded],
  after: ({ guard }) => equal(guard.load(), 0, "the guard"),
});

export const gate = model({
  share: () => ({ gate: new Gate() }),
  threads: [({ gate }) => gate.open(), ({ gate }) => gate.pass(), ({ gate }) => gate.pass()],
  changes: ["gate"],
});

const tokens = () => ({ tokens: new Tokens() });

export const handOver = model({
  share: tokens,
  threads: [
    ({ tokens }) => {
      tokens.give();
      return tokens.give();
    },
    ({ tokens }) => tokens.take(),
    ({ tokens }) => tokens.take(),
  ],
});

/** A wait that gives up as it is handed a token: it has it, or another one gets it. */
export const giveUp = model({
  share: tokens,
  threads: [({ tokens }) => tokens.give(), ({ tokens }) => tokens.take(10), ({ tokens }) => tokens.take(10)],
  changes: ["tokens"],
  after: ({ tokens }, [, one, other]) => {
    const left = load(words, tokens[kAt]);
    equal(Number(one) + Number(other) + left, 1, "tokens taken and left");
  },
});

export const giveUpOrNot = model({
  share: tokens,
  threads: [
    ({ tokens }) => {
      tokens.give();
      return tokens.give();
    },
    ({ tokens }) => tokens.take(10),
    ({ tokens }) => tokens.take(),
  ],
  changes: ["tokens"],
  after: ({ tokens }, [, one]) => equal(Number(one) + load(words, tokens[kAt]), 1, "tokens taken and left"),
});

/** Mail is read by a realm that sleeps, or is about to. Here what is in it lets the reader go on. */
export const urgentMail = model({
  share: () => ({ gate: new Gate(), realm: new Cell(), mail: new Tokens() }),
  threads: [
    ({ gate, realm }) => {
      onUrgent(() => {
        if (exchange(words, here() + R_URGENT, 0) !== 0) gate.open();
      });
      realm.store(here());
      gate.pass();
    },
    ({ realm, mail }) => {
      while (realm.load() === 0) pause();
      post(realm.load(), R_URGENT, mail[kAt]);
    },
  ],
  changes: ["gate", "mail"],
});
