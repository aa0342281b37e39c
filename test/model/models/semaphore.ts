/** Semaphore, BoundedSemaphore: permits are neither lost nor doubled, and each wakes somebody if it can. */
import { load } from "#atomics";
import { words } from "../../../src/memory/arena.ts";
import { kAt } from "../../../src/memory/handle.ts";
import { BoundedSemaphore, Semaphore } from "../../../src/sync/semaphore.ts";
import { equal, model, ok } from "../kit.ts";
import { tick } from "../ops.ts";

const shared = () => ({ permits: new Semaphore(0) });
type Shared = { permits: Semaphore };

const acquired = ({ permits }: Shared) => {
  permits.acquire();
  return true;
};
const inTime = ({ permits }: Shared) => permits.acquire({ timeout: 10 }) !== null;

const acquiredAndReleased = (s: Shared) => {
  acquired(s);
  return s.permits.release();
};

function valueOf({ permits }: Shared): number {
  const word = load(words, permits[kAt]);
  ok((word & 1) === 0, "the word says that somebody waits");
  return word >> 1;
}

function count(results: readonly unknown[]): number {
  return results.filter((result) => result === true).length;
}

/** What was given is taken or left. */
const exact = (given: number) => (s: Shared, results: readonly unknown[]) =>
  equal(valueOf(s) + count(results), given, "permits taken and left");

export const twoReleases = model({
  share: shared,
  threads: [
    ({ permits }) => {
      permits.release();
      return permits.release();
    },
    acquired,
    acquired,
  ],
  after: exact(2),
});

export const releaseTwo = model({
  share: shared,
  threads: [({ permits }) => permits.release(2), acquired, acquired],
  after: exact(2),
});

export const timedTwo = model({
  share: shared,
  threads: [({ permits }) => permits.release(), inTime, inTime],
  changes: ["permits"],
  after: exact(1),
});

/** One may run out of time as it is woken: the other one gets its permit. */
export const timedOrNot = model({
  share: shared,
  threads: [
    ({ permits }) => permits.release(),
    (s: Shared) => {
      if (inTime(s)) s.permits.release();
    },
    acquiredAndReleased,
  ],
  changes: ["permits"],
  after: exact(1),
});

export const asLock = model({
  share: () => ({ permits: new Semaphore(1) }),
  threads: [acquiredAndReleased, acquiredAndReleased, acquiredAndReleased],
});

/** Who takes again and again must hand over to who was overtaken for long. */
export const starving = model({
  share: () => ({ permits: new Semaphore(1) }),
  threads: [
    (s: Shared) => {
      for (let i = 0; i < 2; i++) {
        s.permits.acquire();
        tick(6);
        s.permits.release();
      }
    },
    acquiredAndReleased,
    (s: Shared) => inTime(s) && s.permits.release(),
  ],
});

/** True: it fitted. */
function released(s: { permits: BoundedSemaphore }, n: number): boolean {
  try {
    s.permits.release(n);
    return true;
  } catch (error) {
    ok((error as { code?: string }).code === "SEMAPHORE_OVERFLOW", String(error));
    return false;
  }
}

/** Somebody releases what he never took: whoever is last is told, and the value stays in its bounds. */
export const bounded = model({
  share: () => ({ permits: new BoundedSemaphore(1) }),
  threads: [
    (s) => {
      s.permits.acquire();
      return released(s, 1);
    },
    (s) => {
      s.permits.acquire();
      return released(s, 1);
    },
    (s) => released(s, 1),
  ],
  after: (s, results) => {
    equal(valueOf(s), 1, "the value");
    equal(count(results), 2, "releases that fitted");
  },
});

/** All or nothing. */
export const boundedTwo = model({
  share: () => ({ permits: new BoundedSemaphore(2) }),
  threads: [
    (s) => {
      s.permits.acquire();
      s.permits.acquire();
      return released(s, 2);
    },
    (s) => released(s, 2),
    (s) => {
      s.permits.acquire();
      return released(s, 1);
    },
  ],
  changes: ["permits"],
  after: (s, [two, extra, one]) => {
    const given = (two ? 2 : 0) + (extra ? 2 : 0) + (one ? 1 : 0);
    equal(valueOf(s), 2 - 3 + given, "the value");
  },
});
