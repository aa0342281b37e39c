/** Lock: mutual exclusion, no lost wake-up, timeouts against releases, hand-over to the starving, recovery. */
import { Lock } from "../../../src/sync/lock.ts";
import { Cell, model, ok } from "../kit.ts";
import { step } from "../ops.ts";

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

export const twoThreads = model({
  share: shared,
  threads: [locked, locked],
  after: ({ count }) => ok(count.get() === 2, "a section is missing"),
});

export const threeThreads = model({
  share: shared,
  threads: [locked, locked, locked],
  after: ({ count }) => ok(count.get() === 3, "a section is missing"),
});
