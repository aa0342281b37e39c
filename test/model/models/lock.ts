/** Lock: mutual exclusion, no lost wake-up, timeouts against releases, hand-over to the starving, recovery. */
import { pause } from "#atomics";
import { BrokenLockError } from "../../../src/errors/errors.ts";
import { Kind } from "../../../src/memory/layout.ts";
import { GIFTED, NOTIFIED } from "../../../src/parking/layout.ts";
import { parkSync, type Steps } from "../../../src/parking/park.ts";
import { robustOf } from "../../../src/parking/robust.ts";
import { Lock } from "../../../src/sync/lock.ts";
import { QUEUE } from "../../../src/sync/mutex.ts";
import { Cell, equal, kAt, model, ok } from "../kit.ts";
import { step, tick } from "../ops.ts";

const shared = () => ({ lock: new Lock(), inside: new Cell(), count: new Cell() });
type Shared = ReturnType<typeof shared>;

/** A section that fails if another thread is in one. */
function section({ inside, count }: Shared): void {
  ok(inside.get() === 0, "two threads are inside");
  inside.set(1);
  step();
  inside.set(0);
  count.set(count.get() + 1);
}

function locked(s: Shared): void {
  s.lock.acquire();
  section(s);
  s.lock.release();
}

/** True: it got the lock in time. */
function lockedInTime(s: Shared): boolean {
  if (s.lock.acquire({ timeout: 10 }) === null) return false;
  section(s);
  s.lock.release();
  return true;
}

function sections(expected: number) {
  return ({ count }: Shared, results: readonly unknown[]) =>
    equal(count.get(), expected + results.filter((result) => result === true).length, "sections");
}

export const two = model({ share: shared, threads: [locked, locked], after: sections(2) });

export const three = model({ share: shared, threads: [locked, locked, locked], after: sections(3) });

export const twice = model({
  share: shared,
  threads: [
    (s: Shared) => {
      locked(s);
      return locked(s);
    },
    (s: Shared) => {
      locked(s);
      return locked(s);
    },
  ],
  after: sections(4),
});

export const timedTwo = model({ share: shared, threads: [locked, lockedInTime], after: sections(1) });

/** The timed waiter may be woken, overtaken, and run out of time: then its wake-up must go to the other one. */
export const timedThree = model({
  share: shared,
  threads: [locked, lockedInTime, locked],
  after: sections(2),
});

/** All time is up at any moment: nobody may leave a mark. */
export const allTimed = model({
  share: shared,
  threads: [lockedInTime, lockedInTime, lockedInTime],
  after: sections(0),
});

/** Who holds the lock for long and takes it again at once must hand it over to who was overtaken. */
export const starving = model({
  share: shared,
  threads: [
    (s: Shared) => {
      s.lock.acquire();
      tick(6);
      s.lock.release();
      s.lock.acquire();
      section(s);
      s.lock.release();
    },
    locked,
    locked,
  ],
  after: sections(3),
});

/** A starving waiter whose time runs out while it is handed the lock. */
export const starvingTimed = model({
  share: shared,
  threads: [
    (s: Shared) => {
      s.lock.acquire();
      tick(6);
      s.lock.release();
      s.lock.acquire();
      section(s);
      s.lock.release();
    },
    lockedInTime,
    locked,
  ],
  after: sections(2),
});

/** Without blocking: the lock or nothing, and no trace of the try. */
export const tries = model({
  share: shared,
  threads: [
    locked,
    (s: Shared) => {
      if (s.lock.acquire({ blocking: false }) === null) return false;
      section(s);
      s.lock.release();
      return true;
    },
    locked,
  ],
  after: sections(2),
});

/** The first thread dies with the lock; the last one is the supervisor. */
export const broken = model({
  share: () => ({ ...shared(), dead: new Cell() }),
  threads: [
    (s) => {
      s.lock.acquire();
      s.dead.store(1);
    },
    (s) => {
      for (;;) {
        try {
          s.lock.acquire();
          break;
        } catch (error) {
          ok(error instanceof BrokenLockError, String(error));
          s.lock.recover();
        }
      }
      section(s);
      s.lock.release();
    },
    (s) => {
      while (s.dead.load() === 0) pause();
      robustOf(Kind.Lock)?.breakOwned?.(s.lock[kAt], 2);
    },
  ],
  after: ({ count, lock }) => {
    equal(count.get(), 1, "sections");
    // It is broken still if the other one had come and gone before.
    lock.recover();
    ok(!lock.locked(), "the lock is held");
  },
  changes: ["lock"],
});

/**
 * The timed waiter is woken, overtaken, and finds that its time is up before it stands in line again. The overtaker
 * never saw anybody wait, so it is the waiter who must wake the third one.
 */
export const overtaken = model({
  share: shared,
  threads: [
    (s: Shared) => {
      s.lock.acquire();
      s.lock.release();
      s.lock.acquire();
      tick(20);
      s.lock.release();
    },
    lockedInTime,
    locked,
  ],
  after: sections(1),
});

/**
 * A starving waiter in line while the lock is free, as a wake-up that was not used leaves it: the supervisor passes it
 * on while others take the lock.
 */
export const passedOn = model({
  share: () => ({ ...shared(), inLine: new Cell() }),
  threads: [
    (s: Shared & { inLine: Cell }) => {
      const at = s.lock[kAt];
      const steps = function* (): Steps<number> {
        return yield {
          queue: at + QUEUE,
          starving: true,
          mustWait: () => true,
          entered: () => s.inLine.store(1),
        };
      };
      const outcome = parkSync(steps(), Number.POSITIVE_INFINITY, "wait", "nothing");
      if (outcome !== GIFTED) s.lock.acquire();
      section(s);
      s.lock.release();
    },
    locked,
    (s: Shared & { inLine: Cell }) => {
      while (s.inLine.load() === 0) pause();
      robustOf(Kind.Lock)?.passOn?.(s.lock[kAt], NOTIFIED);
    },
  ],
  after: sections(2),
});
