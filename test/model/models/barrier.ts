/** Barrier: all go or none goes, round after round. */
import { BrokenBarrierError } from "../../../src/errors/errors.ts";
import { Barrier, setActionPort } from "../../../src/sync/barrier.ts";
import { Cell, equal, model, ok } from "../kit.ts";
import { step, tick } from "../ops.ts";

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

export const timeoutOfThree = model({
  share: shared(3),
  threads: [timed, timed, passes],
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

/** In place of the action that the barrier was made with: each thread says what it would do. */
let act = () => {};
setActionPort({ pack: () => 0, unpack: () => () => act() });

const withAction = () => ({ barrier: new Barrier(2, { action: () => {} }), acted: new Cell() });
type Acting = ReturnType<typeof withAction>;

/** Arrives with an action that counts itself. */
function acts(s: Acting, wait: (s: Shared) => boolean, ms = 0): boolean {
  act = () => {
    step();
    if (ms > 0) tick(ms);
    s.acted.set(s.acted.get() + 1);
  };
  return wait(s);
}

/** The action runs once in each round, before anybody goes on. */
const rounds = (s: Acting) => {
  for (let round = 1; round <= 2; round++) {
    ok(
      acts(s, (its) => passes(its)),
      "the barrier broke",
    );
    ok(s.acted.get() >= round, `it went on before the action of round ${round}`);
    s.barrier.wait();
  }
};
export const action = model({
  share: withAction,
  threads: [rounds, rounds],
  after: ({ acted }) => equal(acted.get(), 4, "actions"),
  changes: ["barrier"],
});

/** Time that is up while the action runs does not count: all were there. */
export const timeoutInAction = model({
  share: withAction,
  threads: [(s: Acting) => acts(s, timed, 20), (s: Acting) => acts(s, timed, 20)],
  after: ({ acted }, results) => {
    allOrNone({} as Shared, results);
    equal(acted.get(), Number(results[0]), "actions");
  },
  changes: ["barrier"],
});

const actsOrBreaks = (s: Acting) => {
  const through = acts(s, timed);
  ok(through || s.barrier.broken, "a wait failed and the barrier is whole");
  return through;
};

/** A third one comes while the action runs, or before: two go through together, or nobody. */
export const early = model({
  share: withAction,
  threads: [actsOrBreaks, actsOrBreaks, actsOrBreaks],
  after: ({ acted }, results) => {
    const through = results.filter((result) => result === true).length;
    equal(through, acted.get() * 2, "who went through");
  },
  changes: ["barrier"],
});

export const resetInAction = model({
  share: withAction,
  threads: [(s: Acting) => acts(s, timed), (s: Acting) => acts(s, timed), ({ barrier }) => barrier.reset()],
  after: (_, results) => allOrNone(_, results),
  changes: ["barrier"],
});
