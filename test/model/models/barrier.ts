/** Barrier: all go or none goes, round after round. */
import { BrokenBarrierError } from "../../../src/errors/errors.ts";
import { Barrier } from "../../../src/sync/barrier.ts";
import { Cell, equal, model, ok } from "../kit.ts";

const shared = (parties: number) => () => ({ barrier: new Barrier(parties) });
type Shared = { barrier: Barrier };

/** True: it went through. */
function passes({ barrier }: Shared, timeout?: number): boolean {
  try {
    barrier.wait(timeout === undefined ? undefined : { timeout });
    return true;
  } catch (error) {
    ok(error instanceof BrokenBarrierError, String(error));
    return false;
  }
}

const timed = (s: Shared) => passes(s, 10);

function allOrNone(_: Shared, results: readonly unknown[]): void {
  ok(new Set(results.slice(0, 2)).size === 1, `some went through and some did not: ${results}`);
}

function indexes(_: Shared, results: readonly unknown[]): void {
  const each = results as number[][];
  for (let round = 0; round < each[0].length; round++)
    equal(each.map((of) => of[round]).sort(), [...each.keys()], `the indexes of round ${round}`);
}

const once = ({ barrier }: Shared) => [barrier.wait()];
const twice = ({ barrier }: Shared) => [barrier.wait(), barrier.wait()];

export const twoRounds = model({
  share: shared(2),
  threads: [twice, twice],
  after: indexes,
  changes: ["barrier"],
});

export const threeParties = model({
  share: shared(3),
  threads: [once, once, once],
  after: indexes,
  changes: ["barrier"],
});

export const threeRounds = model({
  share: shared(3),
  threads: [twice, twice, twice],
  after: indexes,
  changes: ["barrier"],
});

/** What was written before is seen after, in both directions and both rounds. */
export const publishes = model({
  share: () => ({ barrier: new Barrier(2), one: new Cell(), other: new Cell() }),
  threads: [
    ({ barrier, one, other }) => {
      one.set(1);
      barrier.wait();
      equal(other.get(), 2, "what the other one wrote");
      barrier.wait();
      other.set(3);
    },
    ({ barrier, one, other }) => {
      other.set(2);
      barrier.wait();
      equal(one.get(), 1, "what the other one wrote");
      barrier.wait();
      one.set(4);
    },
  ],
  changes: ["barrier"],
});

export const timeoutOrTrip = model({
  share: shared(2),
  threads: [passes, timed],
  after: allOrNone,
  changes: ["barrier"],
});

export const allTimed = model({
  share: shared(3),
  threads: [timed, timed, timed],
  after: (_, results) => ok(new Set(results).size === 1, `some went through and some did not: ${results}`),
  changes: ["barrier"],
});

/** A round is over, or is thrown out, or the second of its parties finds nobody and runs out of time. */
export const reset = model({
  share: shared(2),
  threads: [timed, timed, ({ barrier }) => barrier.reset()],
  after: allOrNone,
  changes: ["barrier"],
});

export const abort = model({
  share: shared(2),
  threads: [passes, passes, ({ barrier }) => barrier.abort()],
  after: allOrNone,
  changes: ["barrier"],
});
