/** What comes back, and what shared objects hold. Checked by `tsc`, never run. */
import {
  asCompleted,
  type Future,
  Lock,
  type Lockable,
  PriorityQueue,
  Queue,
  type SharedInt32,
  SharedList,
  SharedMap,
  SharedRef,
  SharedSet,
  SharedStruct,
  SimpleQueue,
  sharedArray,
  ThreadLocal,
  ThreadPoolExecutor,
  transfer,
  wait,
} from "threadkit";
import { type Equal, is } from "./equal.ts";

const pool = new ThreadPoolExecutor(2);

// Futures of what a task returns, or its promise resolves to.
const plain = pool.submit((n: number) => n * 2, 1);
is<Equal<typeof plain, Future<number>>>();
const text = pool.submit(() => "a");
is<Equal<typeof text, Future<string>>>();
const pair = pool.submit(() => ({ a: 1, b: [true] }));
is<Equal<typeof pair, Future<{ a: number; b: boolean[] }>>>();
const awaited = pool.submit(async (s: string) => s.length, "a");
is<Equal<typeof awaited, Future<number>>>();
const nothing = pool.submit(() => {});
is<Equal<typeof nothing, Future<void>>>();
const either = pool.submit((b: boolean) => (b ? Promise.resolve(1) : "a"), true);
is<Equal<typeof either, Future<number | "a">>>();
const chosen = pool.submit((): "yes" | "no" => "yes");
is<Equal<typeof chosen, Future<"yes" | "no">>>();
const failing = pool.submit((): never => {
  throw new Error("never");
});
is<Equal<typeof failing, Future<never>>>();
const generic = pool.submit(<T>(value: T) => value, 5);
is<Equal<Awaited<typeof generic>, number>>();
const moved = pool.submit((b: Uint8Array) => transfer(b.fill(1)), transfer(new Uint8Array(1)));
is<Equal<Awaited<typeof moved>["length"], number>>();
const lock = pool.submit(() => new Lock());
is<Equal<typeof lock, Future<Lock>>>();
const anything = pool.submit((): unknown => new WeakMap());
is<Equal<typeof anything, Future<unknown>>>();
const inside = pool.submitAsync(async () => 1);
is<Equal<typeof inside, Promise<{ future: Future<number> }>>>();
const urgent = pool.with({ priority: 3 }).submit(async () => 1);
is<Equal<typeof urgent, Future<number>>>();
async function uses() {
  is<Equal<ReturnType<typeof awaited.result>, number>>();
  const value = await awaited;
  is<Equal<typeof value, number>>();
  const all = await Promise.all([plain, text]);
  is<Equal<typeof all, [number, string]>>();
  for await (const square of pool.map(async (n: number) => n * n, [1, 2])) is<Equal<typeof square, number>>();
  for (const word of pool.map((s) => s.trim(), ["a"])) is<Equal<typeof word, string>>();
  for (const both of pool.map((n: number, s: string) => s.repeat(n), [1], ["a"]))
    is<Equal<typeof both, string>>();
  for (const done of asCompleted([plain])) is<Equal<ReturnType<typeof done.result>, number>>();
  const { done } = wait([plain, plain]);
  for (const future of done) is<Equal<ReturnType<typeof future.result>, number>>();
}

// What can't come back.
// @ts-expect-error a Response
pool.submit(() => fetch("http://localhost"));
// @ts-expect-error a timer
pool.submit(() => setTimeout(() => {}, 1));
// @ts-expect-error a WeakMap
pool.submit(async () => new WeakMap());
// @ts-expect-error a generator
pool.submit(function* () {});
// @ts-expect-error a generator
pool.submitAsync(function* () {});
// @ts-expect-error Responses
pool.map((url: string) => fetch(url), ["http://localhost"]);
// @ts-expect-error a string is no number
pool.submit((n: number) => n, 1).result() satisfies string;

// Queues.
const queue = new Queue<{ id: number }>(10);
queue.put({ id: 1 });
is<Equal<ReturnType<typeof queue.get>, { id: number }>>();
is<Equal<Awaited<ReturnType<typeof queue.getAsync>>, { id: number }>>();
for (const item of queue) is<Equal<typeof item, { id: number }>>();
const ordered = new PriorityQueue<[number, string]>();
ordered.put([1, "a"]);
const compared = new PriorityQueue({ compare: (a: string, b: string) => a.length - b.length });
is<Equal<ReturnType<typeof compared.get>, string>>();
const simple = new SimpleQueue<number>();
simple.put(1);
const untyped = new Queue();
untyped.put(1);
untyped.put(new Map());
const asUnknown: Queue<unknown> = queue;
const asWider: Queue<{ id: number } | string> = queue;
const asBase: Queue<[number, string]> = ordered;
// biome-ignore lint/suspicious/noExplicitAny: it must pass
const asAny: Queue<any> = queue;
asAny.put(Promise.resolve());
function relay<T>(from: Queue<T>, to: Queue<T>): void {
  to.put(from.get());
  for (const item of from) to.putNowait(item);
  const own = new Queue<T>();
  own.put(from.get());
}
relay(queue, queue);
interface Job {
  run(): void;
}
const jobs = new Queue<Job>();
jobs.put({ run() {} });
// @ts-expect-error a string is no { id }
queue.put("a");
// @ts-expect-error a string is no number
const wrong: Queue<number> = new Queue<string>();

// Maps and sets: keys are primitives and shared objects.
class Point extends SharedStruct({ x: "float64" }) {}
const map = new SharedMap<string, number[]>([["a", [1]]]);
is<Equal<ReturnType<typeof map.get>, number[] | undefined>>();
const inferred = new SharedMap([["a", 1]]);
is<Equal<typeof inferred, SharedMap<string, number>>>();
new SharedMap<Lock | SharedInt32 | Point | bigint | null | undefined | boolean, unknown>();
new SharedMap().set("a", 1).set(1, "a");
const brands = new SharedMap<string & { readonly brand: "id" }, 1>();
new SharedMap<0 | 1 | "none", Date>();
new SharedMap<unknown, unknown>();
new SharedMap<object, 1>();
new SharedMap<Lockable, 1>();
class Index<K, V> {
  readonly map = new SharedMap<K, V>();
  readonly set = new SharedSet<K>();
}
new SharedSet<number>([1]);
new SharedSet(["a"]).add("b");
function count<K extends string>(map: SharedMap<K, number>, key: K): number {
  return map.update(key, (n = 0) => n + 1);
}
count(inferred, "a");
// @ts-expect-error an object is no key
new SharedMap<{ id: number }, string>();
// @ts-expect-error a symbol is no key
new SharedMap<symbol, string>();
// @ts-expect-error an array is no key
new SharedSet<string[]>();
// @ts-expect-error a date is no key
new SharedSet([new Date()]);

// Lists, refs, arrays, thread-local data.
const list = new SharedList<string>(["a"]);
is<Equal<ReturnType<typeof list.pop>, string | undefined>>();
const items = new SharedList([1, 2]);
is<Equal<typeof items, SharedList<number>>>();
new SharedList<Lock>().push(new Lock());
const ref = new SharedRef(0);
is<Equal<typeof ref, SharedRef<number>>>();
ref.update((n) => n + 1);
const record = new SharedRef({ name: "a", tags: ["b"] });
is<Equal<typeof record.value, { name: string; tags: string[] }>>();
const narrow = new SharedRef<"a" | "b">("a");
narrow.value = "b";
const nullable = new SharedRef<string | null>(null);
nullable.set("a");
function hold<T>(value: T): SharedRef<T> {
  const held = new SharedRef(value);
  new SharedList<T>([value]).push(value);
  return held.get() === undefined ? new SharedRef<T>(value) : new SharedRef(value);
}
is<Equal<ReturnType<typeof hold<string>>, SharedRef<string>>>();
const refUnknown: SharedRef<unknown> = ref;
const floats = sharedArray(Float64Array, 3);
is<Equal<(typeof floats)[0], number>>();
const local = new ThreadLocal(() => ({ count: 0 }));
is<Equal<typeof local.count, number>>();
// @ts-expect-error a promise can't be held
new SharedRef(Promise.resolve(1));
// @ts-expect-error promises can't be held
new SharedList([Promise.resolve(1)]);
// @ts-expect-error a string is no number
ref.set("a");
void [Index, uses, asUnknown, asWider, asBase, wrong, brands, refUnknown];
