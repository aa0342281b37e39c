/** Breaking a pool: its initializer failed, or a worker died before it ran anything. */
import { compareExchange, or } from "#atomics";
import { BrokenThreadPoolError } from "../errors/errors.ts";
import { release } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { packThrown, unpack } from "../threading/message.ts";
import { finish, take, wakeAllIdle } from "./pool.ts";
import { BROKEN, P_ERROR, P_FLAGS } from "./pool-words.ts";
import { settle } from "./settle.ts";
import { FAILED } from "./words.ts";

/** Breaks it: queued tasks and later submits fail with `error` as the cause. */
export function breakPool(pool: number, error: unknown): void {
  // The first error stays: two workers may fail at the same time.
  const message = packThrown(error);
  if (compareExchange(words, pool + P_ERROR, 0, message) !== 0) release(message);
  or(words, pool + P_FLAGS, BROKEN);
  failQueued(pool);
  wakeAllIdle(pool);
}

/** In a pool that is broken: nothing that is queued will run. */
export function failQueued(pool: number): void {
  for (let at = take(pool); at !== 0; at = take(pool)) {
    const message = packThrown(brokenError(pool));
    if (!settle(at, FAILED, message, true)) release(message);
    finish(at);
  }
}

export function brokenError(pool: number): BrokenThreadPoolError {
  const message = words[pool + P_ERROR];
  return new BrokenThreadPoolError(
    "cannot run the task: the pool is broken, since a worker failed before its first task. Look at `cause`, and make a new pool.",
    message === 0 ? undefined : { cause: unpack(message) },
  );
}
