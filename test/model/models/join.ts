/** The end of a thread and those who wait for it. */
import { load } from "#atomics";
import { allocate, release, retain } from "../../../src/memory/allocator.ts";
import { words } from "../../../src/memory/arena.ts";
import { H_LIVE, H_THREADS, Kind } from "../../../src/memory/layout.ts";
import { deadlineOf } from "../../../src/parking/deadline.ts";
import { RUNNING, T_STATE, TERMINATED, THREAD_WORDS } from "../../../src/parking/layout.ts";
import { parkSync } from "../../../src/parking/park.ts";
import { endThread, joinSteps } from "../../../src/threading/join.ts";
import { count, enlist } from "../../../src/threading/registry.ts";
import { Cell, equal, model, ok } from "../kit.ts";

function liveThread(): number {
  const at = allocate(Kind.Thread, THREAD_WORDS);
  words[at + T_STATE] = RUNNING;
  enlist(at);
  count(at);
  return at;
}

const shared = () => ({ thread: liveThread(), done: new Cell() });
type Shared = ReturnType<typeof shared>;

function join({ thread, done }: Shared, timeout = Number.POSITIVE_INFINITY): boolean {
  const over = parkSync(joinSteps(thread), deadlineOf(timeout), "join", "nothing");
  if (over) equal(done.get(), 1, "what the thread did last");
  return over;
}

function end({ thread, done }: Shared): void {
  done.set(1);
  endThread(thread);
}

function over({ thread }: Shared): void {
  equal(load(words, thread + T_STATE), TERMINATED, "its state");
  equal([words[H_LIVE], words[H_THREADS]], [0, 0], "live threads, and the list");
}

export const twoJoiners = model({
  share: shared,
  threads: [end, (s: Shared) => join(s), (s: Shared) => join(s)],
  after: (s, results) => {
    over(s);
    return equal(results.slice(1), [true, true], "joins");
  },
});

export const timedJoin = model({
  share: shared,
  threads: [end, (s: Shared) => join(s, 10), (s: Shared) => join(s, 10)],
  after: over,
});

/** The supervisor makes an end again whose maker was killed on the way, or seemed to be. */
export const endedTwice = model({
  share: () => {
    const s = { ...shared(), ending: new Cell() };
    retain(s.thread);
    return s;
  },
  threads: [
    ({ thread, done, ending }) => {
      done.set(1);
      ending.store(1);
      endThread(thread);
    },
    ({ thread, ending }) => {
      if (ending.load() === 1) endThread(thread);
      release(thread);
    },
    (s) => join(s),
  ],
  after: (_, [, , joined]) => {
    ok(joined === true, "the join failed");
    equal(words[H_LIVE], 0, "live threads");
  },
});
