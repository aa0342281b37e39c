/**
 * Dying in the middle of an operation, at each write of shared memory in turn. Import it before the library's sources,
 * and those by `await import(…)`: it puts itself in front of `Atomics` and of the views that the arena makes.
 *
 * A thread that is killed runs no `finally`. So once dead every further write fails too, until the operation is left.
 */
const Views = globalThis.Int32Array;
const Original = globalThis.Atomics;

export class Killed extends Error {}

let left = Number.POSITIVE_INFINITY;
let dead = false;

function write(): void {
  if (left-- > 0) return;
  dead = true;
  throw new Killed("killed");
}

const targets = new WeakMap<object, Int32Array>();
const handler: ProxyHandler<Int32Array> = {
  get(target, key) {
    const found = Reflect.get(target, key, target);
    if (typeof found !== "function") return found;
    return (...args: unknown[]) => {
      if (key === "set" || key === "fill" || key === "copyWithin") write();
      return found.apply(target, args);
    };
  },
  set(target, key, value) {
    write();
    return Reflect.set(target, key, value, target);
  },
};

globalThis.Int32Array = new Proxy(Views, {
  construct(target, args, newTarget) {
    const view = Reflect.construct(target, args, newTarget === Int32Array ? target : newTarget) as Int32Array;
    if (!(args[0] instanceof SharedArrayBuffer)) return view;
    const proxy = new Proxy(view, handler);
    targets.set(proxy, view);
    return proxy;
  },
});

const READS = new Set(["load", "wait", "notify", "waitAsync", "isLockFree", "pause"]);
globalThis.Atomics = Object.fromEntries(
  Object.getOwnPropertyNames(Original)
    .filter((name) => typeof Original[name as never] === "function")
    .map((name) => [
      name,
      (view: object, ...args: unknown[]) => {
        if (!READS.has(name)) write();
        const call = Original[name as never] as (...args: unknown[]) => unknown;
        return call(targets.get(view) ?? view, ...args);
      },
    ]),
) as unknown as typeof Atomics;

/** Runs `operation` until its write number `writes`, counted from 0, which is not done. True: it died; false: it was over before. */
export function dieAt(writes: number, operation: () => void): boolean {
  left = writes;
  dead = false;
  try {
    operation();
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  } finally {
    left = Number.POSITIVE_INFINITY;
  }
  return dead;
}

/** Runs `operation` until its death at write 0, 1, 2, … and at last to its end. `begin` makes what it works on, anew each time. */
export function* deathsOf<T>(
  begin: () => T,
  operation: (subject: T) => void,
): Generator<{ subject: T; writes: number; died: boolean }> {
  for (let writes = 0; ; writes++) {
    const subject = begin();
    const died = dieAt(writes, () => operation(subject));
    yield { subject, writes, died };
    if (!died) return;
  }
}
