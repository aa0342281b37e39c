/**
 * Timers that a thread left running, where the runtime keeps no list of them that could be asked. Only in a worker of
 * ours: its globals are replaced from the start. What is imported from `node:timers` is not seen.
 */
type Timer = ReturnType<typeof setTimeout> | ReturnType<typeof setImmediate>;
type Callback = (...args: unknown[]) => void;
type Start = (callback: Callback, ...rest: unknown[]) => Timer;

const running = new Set<unknown>();

export function trackTimers(): void {
  const global = globalThis as unknown as Record<string, unknown>;
  for (const name of ["setTimeout", "setImmediate", "setInterval"]) {
    const start = global[name] as Start;
    global[name] = Object.assign(
      (callback: Callback, ...rest: unknown[]) => {
        if (typeof callback !== "function") return start(callback, ...rest);
        const timer = start(
          (...args) => {
            if (name !== "setInterval") running.delete(timer);
            callback(...args);
          },
          ...rest,
        );
        running.add(timer);
        return timer;
      },
      start, // `util.promisify.custom`
    );
  }
  for (const name of ["clearTimeout", "clearImmediate", "clearInterval"]) {
    const stop = global[name] as (timer: unknown) => void;
    global[name] = (timer: unknown) => {
      running.delete(timer);
      // A timer may be stopped by its number.
      for (const other of running)
        if (typeof timer !== "object" && Number(other) === Number(timer)) running.delete(other);
      stop(timer);
    };
  }
}

export function timersRunning(): number {
  return running.size;
}
