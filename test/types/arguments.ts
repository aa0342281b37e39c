/** Arguments match what they are for, and what can't cross is refused. Checked by `tsc`, never run. */
import { EventEmitter } from "node:events";
import type { ReadStream, Stats } from "node:fs";
import type { Server, Socket } from "node:net";
import type { MessagePort } from "node:worker_threads";
import {
  Barrier,
  Lock,
  SharedInt32,
  SharedMap,
  SharedStruct,
  Thread,
  type ThreadOptions,
  ThreadPoolExecutor,
  Timer,
} from "threadkit";
import { type Equal, is } from "./equal.ts";

const greet = (who: string, times: number) => console.log(who.repeat(times));
const maybe = (who: string, times = 1) => console.log(who, times);
const pool = new ThreadPoolExecutor(2);

// What fits.
new Thread();
new Thread({});
new Thread({ name: "idle", daemon: true });
new Thread({ target: () => 1 });
new Thread({ target: greet, args: ["a", 1] });
new Thread({ target: maybe, args: ["a"] });
new Thread({ target: maybe, args: ["a", undefined] });
new Thread({
  target: (who, times) => is<Equal<[typeof who, typeof times], [string, number]>>(),
  args: ["a", 1],
});
new Thread({ target: (...all: number[]) => all, args: [1, 2, 3] });
new Thread({ target: (...all: number[]) => all });
new Thread({ target: (pair: [number, string]) => pair, args: [[1, "a"]] });
new Thread({ target: (size: "small" | "large") => size, args: ["small"] });
new Thread({ target: (value: unknown) => value, args: [Promise.resolve(1) as unknown] });
new Thread({ target: console.log, args: ["a", 1, {}] });
new Thread({ target: async (n: number) => n, args: [1] as const });
const made: Thread[] = [new Thread({ target: greet, args: ["a", 1] })];
const words: string[] = [];
new Thread({ target: (...all: string[]) => all, args: words });
new Timer(5, () => 1);
new Timer(5, greet, ["a", 1]);
new Timer(5, maybe, ["a"]);
new Timer(5, (n) => is<Equal<typeof n, number>>(), [1]);
pool.submit(greet, "a", 1);
pool.submit(maybe, "a");
pool.submit((n) => is<Equal<typeof n, number>>(), 1);
pool.submit((pair: [number, string]) => pair, [1, "a"]);
pool.submitAsync(greet, "a", 1);
pool.with({ priority: 1 }).submit(greet, "a", 1);
new Barrier(2, { action: () => console.log("all here") });
new ThreadPoolExecutor({ initializer: greet, initargs: ["a", 1] });
new ThreadPoolExecutor({ initializer: () => 1 });
new ThreadPoolExecutor({ initializer: maybe, initargs: ["a"] });

// What does not.
// @ts-expect-error a number is no string
new Thread({ target: greet, args: [1, 1] });
// @ts-expect-error one too few
new Thread({ target: greet, args: ["a"] });
// @ts-expect-error one too many
new Thread({ target: greet, args: ["a", 1, 2] });
// @ts-expect-error none at all
new Thread({ target: greet });
// @ts-expect-error the wrong size
new Thread({ target: (size: "small" | "large") => size, args: ["medium"] });
// @ts-expect-error not a function
new Thread({ target: 5 });
// @ts-expect-error no such option
new Thread({ target: greet, args: ["a", 1], deamon: true });
// @ts-expect-error a number is no string
new Timer(5, greet, [1, 1]);
// @ts-expect-error none at all
new Timer(5, greet);
// @ts-expect-error one too few
pool.submit(greet, "a");
// @ts-expect-error a number is no string
pool.submit(greet, 1, 1);
// @ts-expect-error one too many
pool.submit(greet, "a", 1, 2);
// @ts-expect-error one too few
pool.submitAsync(greet, "a");
// @ts-expect-error one too few
pool.with({ priority: 1 }).submit(greet, "a");
// @ts-expect-error strings are no numbers
pool.map((n: number) => n, ["a"]);
// @ts-expect-error an action gets nothing
new Barrier(2, { action: (n: number) => n });
// @ts-expect-error a number is no string
new ThreadPoolExecutor({ initializer: greet, initargs: [1, 1] });
// @ts-expect-error one too few
new ThreadPoolExecutor({ initializer: greet, initargs: ["a"] });
// @ts-expect-error none at all
new ThreadPoolExecutor({ initializer: greet });

// Wrappers of one's own, whose types are parameters.
function spawn<A extends readonly unknown[]>(target: (...args: A) => unknown, ...args: A): Thread {
  new Thread({ target: (n: number) => n, args: [1] });
  return new Thread({ target, args }).start();
}
spawn(greet, "a", 1);
function spawnOne<T>(target: (value: T) => unknown, value: T): void {
  new Thread({ target, args: [value] });
  new Thread({ target: (a: T, n: number) => [a, n], args: [value, 1] });
  new Timer(1, target, [value]);
  pool.submit(target, value);
  pool.submit((values: readonly T[]) => values.length, [value]);
  pool.map(target, [value]);
}
spawnOne((n) => is<Equal<typeof n, number>>(), 1);
function later<A extends unknown[], R>(fn: (...args: A) => R, ...args: A) {
  return pool.submit(fn, ...args);
}
is<Equal<Awaited<ReturnType<typeof later<[], Promise<string>>>>, string>>();
class Named<A extends readonly unknown[]> extends Thread<A> {
  constructor(options: ThreadOptions<A>) {
    super({ ...options, name: "named" });
  }
}
new Named({ target: greet, args: ["a", 1] });
class Fixed extends Thread {
  readonly count: number;
  constructor(count: number) {
    super({ name: "fixed" });
    this.count = count;
  }
  override run(): void {}
}
new Fixed(1).start();
class Given extends Thread<[string, number]> {
  constructor() {
    super({ target: greet, args: ["a", 1] });
  }
}
const options: ThreadOptions<[string, number]> = { target: greet, args: ["a", 1] };
new Thread(options);
class OwnPool extends ThreadPoolExecutor {
  constructor() {
    super({ maxWorkers: 1, initializer: greet, initargs: ["a", 1] });
  }
}
const asBase: ThreadPoolExecutor = new ThreadPoolExecutor({ initializer: greet, initargs: ["a", 1] });

// What crosses, and what may.
interface Shape {
  area(): number;
}
interface Cache {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  has(key: string): boolean;
  delete(key: string): boolean;
}
class Point extends SharedStruct({ x: "float64" }) {}
declare const values: {
  // biome-ignore lint/suspicious/noExplicitAny: it must pass
  any: any;
  unknown: unknown;
  never: never;
  object: object;
  shape: Shape;
  cache: Cache;
  port: MessagePort;
  maybePromise: Promise<number> | number;
  optional: Promise<number> | undefined;
  iterable: Iterable<number>;
  thenable: PromiseLike<number>;
};
const take = (..._: unknown[]) => undefined;
new Thread({ target: take, args: [values.any, values.unknown, values.object, values.shape, values.cache] });
new Thread({ target: take, args: [values.port, values.maybePromise, values.optional, values.never] });
new Thread({ target: take, args: [values.iterable, values.thenable, [], {}, null, undefined] });
new Thread({
  target: take,
  args: [1n, true, "", Symbol.for("a"), new Date(), /a/, new Error("a"), new URL("a:b")],
});
new Thread({
  target: take,
  args: [new Map([[1, new Set([1])]]), new Uint8Array(1), new DataView(new ArrayBuffer(1))],
});
new Thread({
  target: take,
  args: [new ArrayBuffer(1), new SharedArrayBuffer(1), Buffer.from("a"), new Blob([])],
});
new Thread({ target: take, args: [() => 1, class {}, Promise, WeakMap, process, console, Math, globalThis] });
new Thread({
  target: take,
  args: [new Lock(), new SharedInt32(), new SharedMap(), new Point(), Point, pool],
});
new Thread({ target: take, args: [pool.submit(() => 1), [new Lock()], { a: { b: [1] } }] });
pool.submit(
  take,
  values.any,
  values.unknown,
  values.port,
  new Map(),
  new Lock(),
  [values.any],
  [values.unknown],
);
pool.submit(take, new ReadableStream(), new MessageChannel().port1);

// What does not.
declare const socket: Socket;
declare const server: Server;
declare const stream: ReadStream;
// @ts-expect-error a promise
new Thread({ target: take, args: [Promise.resolve(1)] });
// @ts-expect-error a promise
new Thread({ target: (a: number, b: Promise<number>) => [a, b], args: [1, Promise.resolve(1)] });
// @ts-expect-error promises
new Thread({ target: take, args: [[Promise.resolve(1)]] });
// @ts-expect-error a WeakMap
new Thread({ target: take, args: [new WeakMap()] });
// @ts-expect-error a WeakSet
new Timer(5, take, [new WeakSet()]);
// @ts-expect-error a WeakRef
pool.submit(take, new WeakRef({}));
// @ts-expect-error a FinalizationRegistry
pool.submit(take, new FinalizationRegistry(() => {}));
// @ts-expect-error an AbortSignal
pool.submit(take, AbortSignal.timeout(1));
// @ts-expect-error an AbortController
pool.submit(take, new AbortController());
// @ts-expect-error a generator
pool.submit(take, (function* () {})());
// @ts-expect-error an async generator
pool.submit(take, (async function* () {})());
// @ts-expect-error a socket
pool.submit(take, socket);
// @ts-expect-error a server
pool.submit(take, server);
// @ts-expect-error a stream
pool.submit(take, stream);
// @ts-expect-error an emitter
pool.submit(take, new EventEmitter());
const timeout = setTimeout(take, 1);
// @ts-expect-error a timeout
pool.submit(take, timeout);
// @ts-expect-error a Response
pool.submit(take, new Response());
// @ts-expect-error headers
pool.submit(take, new Headers());
declare const stats: Stats;
// @ts-expect-error what stat() gives
pool.submit(take, stats);
// @ts-expect-error a Request
pool.submitAsync(take, new Request("a:b"));
// @ts-expect-error a promise
pool.with({}).submit(take, Promise.resolve());
// @ts-expect-error a promise as an argument of the initializer
new ThreadPoolExecutor({ initializer: (p: Promise<void>) => p, initargs: [Promise.resolve()] });
// @ts-expect-error items are promises
pool.map(take, [Promise.resolve()]);
void [made, options, asBase, Named, Given, OwnPool];
