/** What the supervisor does with a pool after a thread was killed. */
import { compareExchange, load } from "#atomics";
import { onDispose, release } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { Kind } from "../memory/layout.ts";
import { N_NEXT, N_STATUS, Q_GUARD, Q_HEAD, WAITING } from "../parking/layout.ts";
import { defineRobust } from "../parking/robust.ts";
import { breakPool } from "./broken.ts";
import { deathError, deathOf } from "./deaths.ts";
import { mendLanes } from "./pool.ts";
import {
  P_ERROR,
  P_IDLE,
  P_INBOX,
  P_INIT,
  P_LANES,
  P_LIMITS,
  P_OVER,
  P_PREFIX,
  P_QUEUE,
  P_ROOM,
  P_SEATS,
  P_SENTINEL,
  P_TIMES,
} from "./pool-words.ts";
import { goOn } from "./pool-worker.ts";
import "./robust-future.ts";
import { clearSeats, NEVER_READY } from "./seats.ts";
import { F_LINK, LANES } from "./words.ts";

/** A worker died idle, or with a wake-up that it had not used. */
function recount(pool: number): void {
  enter(words, pool + P_QUEUE + Q_GUARD);
  countIdle(pool);
  leave(words, pool + P_QUEUE + Q_GUARD);
  goOn(pool);
}

/** Under the guard. */
function countIdle(pool: number): void {
  let idle = 0;
  for (let node = words[pool + P_QUEUE + Q_HEAD]; node !== 0; node = words[node + N_NEXT])
    if (load(cover(node), node + N_STATUS) === WAITING) idle++;
  words[pool + P_IDLE] = idle;
}

defineRobust(Kind.Pool, {
  queue: P_QUEUE,
  mend(pool) {
    mendLanes(pool);
    countIdle(pool);
  },
  abandoned: recount,
  passOn: recount,
  breakOwned(pool, thread) {
    compareExchange(words, pool + P_SENTINEL, thread, 0);
    if (clearSeats(pool, thread, (worker) => deathOf(worker) !== undefined) === NEVER_READY) {
      // The next would fare no better.
      const death = deathOf(thread);
      if (death?.hadWorker && !death.wasTerminated)
        breakPool(pool, deathError("initialize a worker", death.name, death));
    }
    goOn(pool);
  },
});

onDispose(Kind.Pool, (pool) => {
  for (const place of [P_SEATS, P_PREFIX, P_INIT, P_ERROR, P_LIMITS, P_ROOM, P_OVER, P_TIMES])
    if (words[pool + place] !== 0) release(words[pool + place]);
  // Tasks that are over and that nobody has taken out.
  for (const place of [P_INBOX, ...Array.from({ length: LANES }, (_, lane) => P_LANES + 2 * lane)])
    for (let at = words[pool + place]; at !== 0; ) {
      const next = cover(at)[at + F_LINK];
      release(at);
      at = next;
    }
});
