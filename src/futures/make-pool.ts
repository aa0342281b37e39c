/** A new pool's words. */
import { allocate, retain } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { storeFloat } from "../memory/float.ts";
import { kAt, type SharedObject } from "../memory/handle.ts";
import { H_POOL_COUNT, Kind } from "../memory/layout.ts";
import { storeText } from "../memory/text.ts";
import { Event } from "../sync/event.ts";
import { Semaphore } from "../sync/semaphore.ts";
import { packHeld } from "../threading/held-code.ts";
import type { CheckedPool } from "./pool-options.ts";
import {
  EXTRA_SEATS,
  P_IDLE_TIME,
  P_INIT,
  P_LIMITS,
  P_MAX,
  P_OVER,
  P_PREFIX,
  P_ROOM,
  P_SEATS,
  P_TASKS_EACH,
  P_TIMES,
} from "./pool-words.ts";
import { makeTimes } from "./times.ts";

export function furnish(pool: SharedObject, checked: CheckedPool): void {
  const at = pool[kAt];
  const { initializer, initargs, threadNamePrefix, resourceLimits } = checked.options;
  words[at + P_MAX] = checked.maxWorkers;
  words[at + P_SEATS] = allocate(Kind.Store, 2 * (checked.maxWorkers + EXTRA_SEATS));
  words[at + P_TASKS_EACH] = checked.maxTasks;
  words[at + P_TIMES] = makeTimes();
  storeFloat(at + P_IDLE_TIME, checked.idleTimeout);
  const prefix = threadNamePrefix || `ThreadPoolExecutor-${words[H_POOL_COUNT]++}`;
  words[at + P_PREFIX] = storeText(prefix);
  words[at + P_OVER] = kept(new Event());
  if (checked.maxQueue > 0) words[at + P_ROOM] = kept(new Semaphore(checked.maxQueue));
  const remedy = "Make it inside the initializer.";
  if (initializer !== undefined) {
    const init = { initializer, initargs: initargs ?? [] };
    words[at + P_INIT] = packHeld(init, "the initializer of a pool", pool, remedy);
  }
  if (resourceLimits !== undefined)
    words[at + P_LIMITS] = packHeld(resourceLimits, "the resourceLimits of a pool", pool, remedy);
}

function kept(object: Event | Semaphore): number {
  retain(object[kAt]);
  return object[kAt];
}
