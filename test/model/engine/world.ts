/** One model made ready to run: realms, threads, names for its words, and the check at the end. */
import { Kind } from "../../../src/memory/layout.ts";
import * as parking from "../../../src/parking/layout.ts";
import { BLOCKED, Machine, type Race } from "./machine.ts";
import { Runtime } from "./runtime.ts";

/** What a realm's text returns: the exports of kit.ts and of the models. */
interface Realm {
  arenaBuffer(): SharedArrayBuffer;
  attachArena(buffer: SharedArrayBuffer): void;
  createRealm(): number;
  here(): number;
  joinRealm(at: number): void;
  setIdent(ident: number): void;
  adopt(kind: number, at: number): object;
  handleOf(value: object): { kind: number; at: number } | undefined;
  robustOf(kind: number): { queue: number } | undefined;
}

interface AnyModel {
  share(): Record<string, unknown>;
  threads: readonly ((shared: Record<string, unknown>) => unknown)[];
  after?(shared: Record<string, unknown>, results: readonly unknown[]): void;
  changes?: readonly string[];
  races?: Readonly<Record<string, string>>;
}

type Factory = (runtime: Runtime) => Realm & Record<string, AnyModel>;

/** Names of a block's words, from its start. */
interface Named {
  readonly at: number;
  readonly size: number;
  name(offset: number): string;
}

const layout = parking as unknown as Record<string, number>;

/** Names of words that are neither the first nor the queue. */
const fieldNames: Record<number, Record<number, string>> = {
  [Kind.Lock]: { 5: "breaks" },
  [Kind.RLock]: { 5: "breaks", 6: "depth", 7: "task" },
  [Kind.Condition]: { 5: "seen" },
  [Kind.Semaphore]: { 1: "limit" },
  [Kind.BoundedSemaphore]: { 1: "limit" },
  [Kind.Queue]: {
    4: "state",
    5: "taken",
    6: "put",
    7: "done",
    8: "store",
    10: "givenItems",
    11: "givenRoom",
  },
  [Kind.Barrier]: { 1: "parties", 2: "count", 3: "round", 4: "turn", 5: "acts" },
};

/** The ident of a model's first thread. */
const FIRST_IDENT = 2;
const CELL = 200;

export class World {
  readonly machine: Machine;
  readonly size: number;
  readonly #factory: Factory;
  readonly #runtime: Runtime;
  readonly #name: string;
  readonly #realms: number[] = [];
  readonly #bodies: (() => unknown)[] = [];
  readonly #main: Realm;
  readonly #model: AnyModel;
  readonly #shared: Record<string, unknown>;
  readonly #handles: [string, { kind: number; at: number }][] = [];
  readonly #named: Named[] = [];

  /** `text` is what `bundle` returned, `name` one of its models. */
  constructor(text: string, name: string) {
    this.#factory = new Function("$", text) as Factory;
    this.#name = name;
    const plans = this.#factory(new Runtime(new Machine(1)));
    if (plans[name] === undefined) throw new Error(`there is no model ${name}`);
    this.size = plans[name].threads.length;
    this.machine = new Machine(this.size);
    this.#runtime = new Runtime(this.machine);
    this.#main = this.#factory(this.#runtime);
    this.#model = (this.#main as Realm & Record<string, AnyModel>)[name];
    const run = <T>(value: T): T => this.#runtime.sync(value) as T;
    run(this.#main.here());
    this.#shared = run(this.#model.share());
    this.#findHandles();
    for (let i = 0; i < this.size; i++) this.#bodies.push(this.#join(i));
    this.#nameWords();
    // Wakers read a settled node's flags, after the guard, for a bit that never changes (ASYNC), while its owner may
    // be in the next line already.
    for (const realm of this.#realms) this.machine.excused.add(realm + layout.R_NODE + layout.N_FLAGS);
    for (const word of Object.keys(this.#model.races ?? {})) this.machine.excused.add(this.#find(word));
    this.machine.memory.keepAsBase();
  }

  /**
   * A thread's own realm, with its handles. It serves all schedules: what a realm keeps besides the words are views,
   * and caches that can't go stale.
   */
  #join(thread: number): () => unknown {
    const run = <T>(value: T): T => this.#runtime.sync(value) as T;
    const at = run(this.#main.createRealm());
    this.#realms.push(at);
    const realm = this.#factory(this.#runtime);
    run(realm.attachArena(this.#main.arenaBuffer()));
    run(realm.joinRealm(at));
    run(realm.setIdent(thread + FIRST_IDENT));
    const shared = { ...this.#shared };
    for (const [key, handle] of this.#handles) shared[key] = run(realm.adopt(handle.kind, handle.at));
    const body = realm[this.#name].threads[thread];
    return () => body(shared);
  }

  /** Puts the words back and starts the threads anew. */
  reset(): void {
    this.machine.reset();
    for (const body of this.#bodies) this.machine.start(this.#runtime.thread(body));
  }

  /** When all threads are done. Throws what is wrong. */
  check(): void {
    const { machine } = this;
    this.#runtime.sync(
      this.#model.after?.(
        this.#shared,
        machine.threads.map(({ result }) => result),
      ),
    );
    for (const [key, { kind, at }] of this.#handles) {
      if (kind === CELL || this.#model.changes?.includes(key)) continue;
      const ticket = this.#queueOf(kind) + layout.Q_TICKET;
      for (let offset = 0; offset < sizeOf(machine.memory.words, at); offset++) {
        const before = machine.memory.before(at + offset);
        const now = machine.memory.words[at + offset];
        if (offset !== ticket && now !== before)
          throw new Error(`${this.nameOf(at + offset)} is ${now} in the end and was ${before}`);
      }
    }
    for (const [i, realm] of this.#realms.entries()) {
      const status = machine.memory.words[realm + layout.R_NODE + layout.N_STATUS];
      if (status !== layout.IDLE) throw new Error(`${letter(i)}.node.status is ${status} in the end`);
    }
  }

  /** Offset of the wait queue in a block of that kind; Infinity: it has none. */
  #queueOf(kind: number): number {
    const robust = this.#runtime.sync(this.#main.robustOf(kind)) as { queue: number } | undefined;
    return robust?.queue ?? Number.POSITIVE_INFINITY;
  }

  #findHandles(): void {
    for (const [key, value] of Object.entries(this.#shared)) {
      if (typeof value !== "object" || value === null) continue;
      const handle = this.#runtime.sync(this.#main.handleOf(value)) as
        | { kind: number; at: number }
        | undefined;
      if (handle !== undefined) this.#handles.push([key, handle]);
    }
  }

  #nameWords(): void {
    const nodeWords = fieldsOf("N_");
    const realmWords = fieldsOf("R_");
    const queueWords = fieldsOf("Q_");
    for (const [i, at] of this.#realms.entries())
      this.#named.push({
        at,
        size: layout.REALM_WORDS,
        name: (offset) =>
          offset >= layout.R_NODE
            ? `${letter(i)}.node.${nodeWords[offset - layout.R_NODE]}`
            : `${letter(i)}.${realmWords[offset]}`,
      });
    for (const [key, handle] of this.#handles) {
      const queue = this.#queueOf(handle.kind);
      const names = fieldNames[handle.kind] ?? {};
      this.#named.push({
        at: handle.at,
        size: sizeOf(this.machine.memory.words, handle.at),
        name: (offset) =>
          offset >= queue && offset < queue + 4
            ? `${key}.${queueWords[offset - queue]}`
            : offset in names
              ? `${key}.${names[offset]}`
              : offset === 0
                ? key
                : `${key}[${offset}]`,
      });
    }
  }

  explain({ at, access, thread, other }: Race): string {
    return `${access} of ${this.nameOf(at)} by ${letter(thread)} races with ${letter(other)}`;
  }

  /** What a thread that can't go on waits for. */
  whereIs(thread: number): string {
    const { status, at, watched } = this.machine.threads[thread];
    return status === BLOCKED
      ? `${letter(thread)} sleeps on ${this.nameOf(at)}`
      : `${letter(thread)} spins for ${this.nameOf(watched)}`;
  }

  #find(name: string): number {
    for (const { at, size, name: nameOf } of this.#named)
      for (let offset = 0; offset < size; offset++) if (nameOf(offset) === name) return at + offset;
    throw new Error(`there is no word ${name}`);
  }

  nameOf(at: number): string {
    const block = this.#named.find((named) => at >= named.at && at < named.at + named.size);
    return block?.name(at - block.at) ?? `word ${at}`;
  }
}

/** Words of a block behind its header, by its size class. */
function sizeOf(words: Int32Array, at: number): number {
  return (8 << (words[at - 2] >>> 8)) - 2;
}

function fieldsOf(prefix: string): string[] {
  const names: string[] = [];
  for (const [key, value] of Object.entries(layout))
    if (key.startsWith(prefix)) names[value] = key.slice(prefix.length).toLowerCase();
  return names;
}

/** Threads are called A, B, C. */
export function letter(thread: number): string {
  return String.fromCharCode(65 + thread);
}

/** Names of the models in a realm's text. */
export function modelsOf(text: string): string[] {
  const exports = (new Function("$", text) as Factory)(new Runtime(new Machine(1)));
  return Object.keys(exports).filter((name) => Array.isArray(exports[name]?.threads));
}
