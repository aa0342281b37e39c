/** What transformed code calls as `$`; see transform.ts for what it comes from. */
import { Failure, type Machine, PAUSED, type Routine } from "./machine.ts";

/** A generator of the sources. Its requests to park are kept apart from the stops before operations. */
class Steps {
  readonly routine: Routine;
  constructor(routine: Routine) {
    this.routine = routine;
  }
}

class Park {
  readonly request: unknown;
  constructor(request: unknown) {
    this.request = request;
  }
}

export class Runtime {
  readonly #machine: Machine;
  /** What `g` was given last. */
  v: unknown;
  /** Of the last operation. */
  result: unknown;
  readonly globals: Record<string, unknown>;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.globals = globalsOf(machine);
  }

  // Calls.

  /** Is it a call that has yet to run? */
  g(value: unknown): boolean {
    this.v = value;
    return (
      typeof value === "object" &&
      value !== null &&
      (value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] === "Generator"
    );
  }

  /** Runs code that can't stop: to its end, before the threads start or after they are done. */
  sync<T>(value: T): T {
    if (!this.g(value)) return value;
    const routine = value as Routine;
    for (;;) {
      const step = routine.next();
      if (step.done) return step.value as T;
      if (this.#machine.current >= 0)
        throw new Failure(`${this.#machine.state.operation} in code that can't be scheduled`);
    }
  }

  /** A thread's code as one routine. */
  *thread(body: () => unknown): Routine {
    const value = body();
    return this.g(value) ? yield* value as Routine : value;
  }

  refuse(what: string): never {
    throw new Failure(`the model can't schedule ${what}`);
  }

  // Generators of the sources.

  steps(routine: Routine): Steps {
    return new Steps(routine);
  }

  inner(steps: Steps): Routine {
    return steps.routine;
  }

  park(request: unknown): Park {
    return new Park(request);
  }

  *next(
    steps: Steps | Iterator<unknown>,
    value: unknown,
  ): Generator<unknown, IteratorResult<unknown>, unknown> {
    if (!(steps instanceof Steps)) return steps.next(value);
    let step = steps.routine.next(value);
    while (!step.done && !(step.value instanceof Park)) {
      yield step.value;
      step = steps.routine.next(undefined);
    }
    return step.done ? step : { done: false, value: (step.value as Park).request };
  }

  // Operations.

  announce(
    operation: string,
    words?: Int32Array | number,
    at?: number,
    first?: number,
    second?: number,
  ): void {
    const { state } = this.#machine;
    state.operation = operation;
    if (typeof words === "object") {
      state.at = words.byteOffset / 4 + (at as number);
      state.first = first;
      state.second = second;
    } else {
      state.at = 0;
      state.first = words;
      state.second = undefined;
      if (operation === "pause") state.status = PAUSED;
    }
  }

  /** Does what was announced. True: the thread sleeps now. */
  perform(): boolean {
    const { state, current, onStep } = this.#machine;
    if (state.operation === "wait") {
      this.result = "not-equal";
      return this.#machine.sleep();
    }
    this.result = this.#machine.operate(
      state.operation,
      state.at,
      state.first as number,
      state.second as number,
    );
    if (current >= 0) onStep?.(current, state, this.result);
    return false;
  }

  woken(): string {
    return this.#machine.wokenBy();
  }

  /** An operation in a getter: with the step before it, not by itself. Loads only. */
  glance(operation: string, words: Int32Array, at: number): unknown {
    if (operation !== "load") throw new Failure(`${operation} in a getter`);
    return this.#machine.operate(operation, words.byteOffset / 4 + at, 0, 0);
  }

  immediately(operation: string, words: Int32Array, at = 0, first = 0, second = 0): unknown {
    if (this.#machine.current >= 0) throw new Failure(`${operation} in code that can't be scheduled`);
    return this.#machine.operate(operation, words.byteOffset / 4 + at, first, second);
  }

  // Elements of arrays. Those of shared words are noted.

  r(array: Int32Array, at: number): unknown {
    if (this.#isShared(array)) this.#machine.plainRead(array.byteOffset / 4 + at);
    return array[at];
  }

  w<T>(array: Int32Array, at: number, value: T): T {
    if (this.#isShared(array)) this.#machine.plainWrite(array.byteOffset / 4 + at, value as number);
    else (array as unknown as T[])[at] = value;
    return value;
  }

  fill(array: Int32Array, value: number, from: number, to: number): Int32Array {
    for (let at = from; at < to; at++) this.w(array, at, value);
    return array;
  }

  #isShared(array: unknown): boolean {
    return array instanceof Int32Array && array.buffer === this.#machine.memory.buffer;
  }
}

/** Deterministic stand-ins for globals; what has none is refused. */
function globalsOf(machine: Machine): Record<string, unknown> {
  const globals: Record<string, unknown> = {
    performance: { now: () => machine.see(machine.clock) },
    SharedArrayBuffer: function give(): SharedArrayBuffer {
      return machine.memory.buffer;
    },
    FinalizationRegistry: class {
      register(): void {}
      unregister(): void {}
    },
    WeakRef: class {
      readonly #object: unknown;
      constructor(object: unknown) {
        this.#object = object;
      }
      deref(): unknown {
        return this.#object;
      }
    },
  };
  for (const name of ["setTimeout", "clearTimeout", "queueMicrotask", "Atomics"])
    globals[name] = () => {
      throw new Failure(`the model has no ${name}`);
    };
  return globals;
}
