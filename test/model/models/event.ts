/** Event: who stood in line when it was set goes through, whatever clear() does meanwhile. */
import { load, pause } from "#atomics";
import { words } from "../../../src/memory/arena.ts";
import { kAt } from "../../../src/memory/handle.ts";
import { isEmpty } from "../../../src/parking/queue.ts";
import { Event } from "../../../src/sync/event.ts";
import { equal, model, ok } from "../kit.ts";

const shared = () => ({ event: new Event() });
type Shared = ReturnType<typeof shared>;

/** Until the word says that somebody waits: it was 0 before. */
function someoneWaits({ event }: Shared): void {
  while (load(words, event[kAt]) === 0) pause();
}

const cleared = ({ event }: Shared) => event.clear();

/** The flag is up for a moment only; the waiter finds it down again and must return all the same. */
export const pulse = model({
  share: shared,
  threads: [
    (s: Shared) => {
      someoneWaits(s);
      s.event.set();
      return s.event.clear();
    },
    ({ event }) => event.wait(),
  ],
  after: (_, [, passed]) => equal(passed, true, "wait()"),
});

export const setForTwo = model({
  share: shared,
  threads: [({ event }) => event.set(), ({ event }) => event.wait(), ({ event }) => event.wait()],
  after: (s) => {
    ok(s.event.isSet(), "the event is clear");
    return cleared(s);
  },
});

/** clear() comes in the middle of set(): nobody in line may be missed. */
export const clearMeanwhile = model({
  share: shared,
  threads: [
    (s: Shared) => {
      someoneWaits(s);
      return s.event.set();
    },
    ({ event }) => event.wait(),
    cleared,
  ],
  after: cleared,
});

export const timed = model({
  share: shared,
  threads: [
    ({ event }) => event.set(),
    ({ event }) => event.wait({ timeout: 10 }),
    ({ event }) => event.wait({ timeout: 10 }),
  ],
  after: (s) => {
    ok(s.event.isSet(), "the event is clear");
    return cleared(s);
  },
});

/** One gives up; the other one is still to be woken. */
export const timedOrNot = model({
  share: shared,
  threads: [
    ({ event }) => event.set(),
    ({ event }) => event.wait({ timeout: 10 }),
    ({ event }) => event.wait(),
  ],
  after: (s, [, , passed]) => {
    equal(passed, true, "the wait without a limit");
    return cleared(s);
  },
});

/** Nobody sets it: all time out, and leave no mark. */
export const never = model({
  share: shared,
  threads: [
    ({ event }) => event.wait({ timeout: 10 }),
    ({ event }) => event.wait({ timeout: 10 }),
    ({ event }) => event.clear(),
  ],
  after: ({ event }, [one, other]) => {
    equal([one, other], [false, false], "waits");
    ok(isEmpty(event[kAt] + 1), "somebody is in line");
  },
});
