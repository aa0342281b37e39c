/** RLock and Condition: depth, giving up all levels, and no notify that is lost to a wait that expires. */
import { pause } from "#atomics";
import { Condition } from "../../../src/sync/condition.ts";
import { Lock } from "../../../src/sync/lock.ts";
import { RLock } from "../../../src/sync/rlock.ts";
import { Cell, equal, model, ok } from "../kit.ts";
import { step, tick } from "../ops.ts";

const nested = (s: { lock: RLock; inside: Cell; count: Cell }) => {
  s.lock.acquire();
  s.lock.acquire();
  ok(s.inside.get() === 0, "two threads are inside");
  s.inside.set(1);
  step();
  s.lock.release();
  s.inside.set(0);
  s.count.set(s.count.get() + 1);
  s.lock.release();
  return true;
};
type Nested = Parameters<typeof nested>[0];

const reentrant = () => ({ lock: new RLock(), inside: new Cell(), count: new Cell() });
const counted = ({ count }: Nested, results: readonly unknown[]) =>
  equal(count.get(), results.filter((result) => result === true).length, "sections");

/** release() reads these before it knows whether it is the owner; see rlock-owner.ts. */
const OWNER_WORDS = { "lock.depth": "read by release", "lock.task": "read by release" };

export const rlockThree = model({
  share: reentrant,
  threads: [nested, nested, nested],
  after: counted,
  races: OWNER_WORDS,
});

export const rlockTimed = model({
  share: reentrant,
  threads: [
    nested,
    nested,
    (s: Nested) => {
      if (s.lock.acquire({ timeout: 10 }) === null) return false;
      nested(s);
      s.lock.release();
      return true;
    },
  ],
  after: counted,
  races: OWNER_WORDS,
});

const stock = (lock: () => Lock | RLock) => () => {
  const its = lock();
  return { lock: its, changed: new Condition(its), items: new Cell() };
};
type Stock = { lock: Lock | RLock; changed: Condition; items: Cell };

function consume({ changed, items }: Stock): void {
  changed.acquire();
  while (items.get() === 0) changed.wait();
  items.set(items.get() - 1);
  changed.release();
}

function produce({ changed, items }: Stock): void {
  changed.acquire();
  items.set(items.get() + 1);
  changed.notify();
  changed.release();
}

const empty = ({ items }: Stock) => equal(items.get(), 0, "items left");

export const oneItem = model({
  share: stock(() => new Lock()),
  threads: [consume, produce],
  after: empty,
});

export const twoItems = model({
  share: stock(() => new Lock()),
  threads: [
    consume,
    consume,
    (s: Stock) => {
      produce(s);
      return produce(s);
    },
  ],
  after: empty,
});

export const twoItemsRLock = model({
  share: stock(() => new RLock()),
  threads: [
    consume,
    consume,
    (s: Stock) => {
      produce(s);
      return produce(s);
    },
  ],
  after: empty,
  races: OWNER_WORDS,
});

export const notifyAll = model({
  share: stock(() => new Lock()),
  threads: [
    consume,
    consume,
    ({ changed, items }) => {
      changed.acquire();
      items.set(2);
      changed.notifyAll();
      changed.release();
    },
  ],
  after: empty,
});

/** Waits with all levels given up, and has them again afterwards. */
export const levels = model({
  share: stock(() => new RLock()),
  threads: [
    (s: Stock) => {
      s.changed.acquire();
      consume(s);
      ok(s.lock.locked(), "the outer level is gone");
      s.changed.release();
    },
    produce,
  ],
  after: empty,
  races: OWNER_WORDS,
});

/**
 * Two wait, one of them for a time; then one is notified. If it is the one with the limit it says so to the other.
 * If not, the notify was the other one's. Whatever comes first, expiry or notify: it is not lost.
 */
export const expiryOrNotify = model({
  share: () => {
    const lock = new Lock();
    return { lock, changed: new Condition(lock), come: new Cell() };
  },
  threads: [
    ({ changed, come }) => {
      changed.acquire();
      come.add(1);
      const notified = changed.wait({ timeout: 10 });
      if (notified) changed.notify();
      changed.release();
    },
    ({ changed, come }) => {
      changed.acquire();
      come.add(1);
      const notified = changed.wait();
      changed.release();
      return notified;
    },
    ({ changed, come }) => {
      while (come.load() < 2) pause();
      changed.acquire();
      changed.notify();
      changed.release();
    },
  ],
  after: (_, [, notified]) => equal(notified, true, "the wait without a limit"),
});

/** A wait that is woken while others keep the lock for long: it is handed over, with the notify still its own. */
export const starving = model({
  share: stock(() => new Lock()),
  threads: [
    consume,
    (s: Stock) => {
      produce(s);
      s.changed.acquire();
      tick(6);
      s.changed.release();
      s.changed.acquire();
      s.changed.release();
    },
  ],
  after: empty,
});
