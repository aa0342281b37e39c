/** Code with types of its own, none of which may be refused. Checked by `tsc`, never run. */
import {
  type Executor,
  Future,
  Queue,
  SharedList,
  SharedMap,
  type SharedObject,
  SharedRef,
  SharedSet,
  Thread,
  ThreadPoolExecutor,
  Timer,
} from "threadkit";
import { type Equal, is } from "./equal.ts";

const pool = new ThreadPoolExecutor(2);

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
interface Tree<T> {
  value: T;
  children: Tree<T>[];
  parent?: Tree<T>;
}
interface Entity {
  readonly id: number;
  loaded?: Promise<Entity>;
}
abstract class Repository<T extends Entity> {
  protected abstract readonly executor: ThreadPoolExecutor;
  load(fetchOne: (id: T["id"]) => Promise<T>, id: T["id"]): Future<Awaited<T>> {
    return this.executor.submit(fetchOne, id);
  }
  save(
    store: (entity: T, fields: Partial<T>, keys: readonly (keyof T)[]) => void,
    entity: T,
    changed: Partial<T>,
  ) {
    const keys = Object.keys(changed) as (keyof T)[];
    this.executor.submit(store, entity, changed, keys);
    return new Thread({ target: store, args: [entity, changed, keys] });
  }
  all(fetchOne: (id: number) => Promise<T>, ids: Iterable<number>) {
    return this.executor.map(fetchOne, ids);
  }
  abstract name(): string;
}
class Cache<K extends string | number, V> {
  readonly #values = new SharedMap<K, V>();
  readonly #latest: SharedRef<V | undefined>;
  readonly #log = new SharedList<[K, V]>();
  readonly #keys = new SharedSet<K>();
  constructor(first?: V) {
    this.#latest = new SharedRef<V | undefined>(first);
  }
  put(key: K, value: V): void {
    this.#values.set(key, value);
    this.#latest.set(value);
    this.#log.push([key, value]);
    this.#keys.add(key);
  }
}
class Worker<In, Out> {
  readonly input = new Queue<In>();
  readonly output = new Queue<Out>();
  start(work: (item: In) => Out): Thread {
    const run = (input: Queue<In>, output: Queue<Out>) => {
      for (const item of input) output.put(work(item));
    };
    return new Thread({ target: run, args: [this.input, this.output] }).start();
  }
}
function debounce<A extends unknown[]>(ms: number, fn: (...args: A) => void, ...args: A): Timer<A> {
  return new Timer(ms, fn, args);
}
async function race<T, U>(
  a: (value: T) => T | Promise<T>,
  b: (value: T) => U,
  value: T,
): Promise<Awaited<T> | Awaited<U>> {
  return Promise.race([pool.submit(a, value), pool.submit(b, value)]);
}
async function retry<F extends (...args: never[]) => unknown>(
  fn: F,
  args: Parameters<F>,
): Promise<Awaited<ReturnType<F>>> {
  return (await pool.submit(
    fn as unknown as (...args: unknown[]) => unknown,
    ...(args as unknown[]),
  )) as Awaited<ReturnType<F>>;
}
function over<T extends SharedObject>(shared: T, use: (shared: T) => void): Thread {
  return new Thread({ target: use, args: [shared] });
}
function either<T extends string | number>(fn: (value: T) => T, value: T) {
  return pool.submit(fn, value);
}
function anyExecutor(executor: Executor): Future<number> {
  return executor.submit((n: number) => n + 1, 1);
}
function overloaded(value: string): string;
function overloaded(value: number): number;
function overloaded(value: string | number): string | number {
  return value;
}
declare const json: Json;
declare const tree: Tree<string>;
declare const entity: Entity;
declare const tuple: readonly [a: number, ...rest: string[]];
declare const branded: string & { readonly brand: unique symbol };
declare const optionalArgs: [string, number?];
declare const windowLike: { [name: string]: (...args: unknown[]) => unknown };
// biome-ignore lint/suspicious/noExplicitAny: they must pass
declare const loose: { fn: (...args: any[]) => any; args: any[] };
const take = (..._: unknown[]) => undefined;
new Thread({ target: take, args: [json, tree, entity, branded, windowLike] });
new Thread({ target: (a: number, ...rest: string[]) => [a, rest], args: tuple });
new Thread({ target: (a: string, b?: number) => [a, b], args: optionalArgs });
new Thread({ target: loose.fn, args: loose.args });
new Thread({ target: Math.max, args: [1, 2, 3] });
pool.submit(take, json, tree, entity, branded);
pool.submit(loose.fn, ...loose.args);
pool.submit(Math.max, 1, 2);
pool.submit(overloaded, 1);
pool.submit(JSON.parse, "{}");
pool.submit(async (node: Tree<number>): Promise<Tree<number>> => node, { value: 1, children: [] });
pool.submit((values: Json) => values, { a: [1, { b: null }] });
const parsed = pool.submit((text: string): Json => JSON.parse(text), "{}");
is<Equal<typeof parsed, Future<Json>>>();
const summed = pool.map((values: number[]) => values.length, [[1], [2]]);
const keyed = pool.map(([key, value]) => `${key}${value.toFixed()}`, new Map([["a", 1]]));
const settled = new Future<Promise<number>>();
// What fits and what does not is told in a union too.
declare const target: ((n: number) => void) | ((s: string) => void);
// @ts-expect-error neither
new Thread({ target, args: [true] });
void [Cache, Worker, Repository, debounce, race, retry, over, either, anyExecutor, summed, keyed, settled];
