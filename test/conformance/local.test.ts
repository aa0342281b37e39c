/** ThreadLocal: API.md 1 and SEMANTICS 22, in the process of the test. */
import assert from "node:assert/strict";
import path from "node:path";
import { inspect } from "node:util";
import { describe, test } from "../harness/tests.ts";
import "../harness/watchdog.ts";
import {
  CaptureError,
  enumerate,
  RuntimeError,
  SharedBoolean,
  SharedInt32,
  setExcepthook,
  sleep,
  sleepAsync,
  Thread,
  ThreadLocal,
} from "threadkit";
import { ofTheModule, Session } from "../fixtures/local/session.ts";
import { LONG } from "../harness/delays.ts";
import { refuses } from "../harness/refuses.ts";
import { joinAll, start, startEach } from "../harness/threads.ts";
import { until } from "../harness/until.ts";

type Counted = { n: number };

/** An initialiser that counts its runs. */
function counting(runs: SharedInt32): () => Counted {
  return () => ({ n: runs.add(1) + 1 });
}

/** What `target` throws in a thread. */
async function thrownBy(target: () => void): Promise<unknown> {
  const seen: unknown[] = [];
  setExcepthook(({ error }) => seen.push(error));
  try {
    const thread = start(target);
    assert.equal(await thread.joinAsync({ timeout: LONG }), true);
    await until(() => seen.length === 1, "the hook was called");
    return thread.exception;
  } finally {
    setExcepthook(undefined);
  }
}

describe("a ThreadLocal is used as the object itself", () => {
  test("reading, writing, in, delete", () => {
    const local = new ThreadLocal<{ value?: number; text?: string }>();
    assert.equal(local.value, undefined);
    assert.equal("value" in local, false);
    local.value = 1;
    local.text = "a";
    assert.equal(local.value, 1);
    assert.equal("value" in local, true);
    local.value += 1;
    assert.equal(local.value, 2);
    assert.equal(delete local.value, true);
    assert.equal("value" in local, false);
    assert.deepEqual({ ...local }, { text: "a" });
  });

  test("keys, entries, spread, for-in, JSON, assign, comparison", () => {
    const key = Symbol("mine");
    const local = new ThreadLocal<Record<PropertyKey, unknown>>(() => ({ b: 1, a: 2, [key]: 3 }));
    assert.deepEqual(Object.keys(local), ["b", "a"]);
    assert.deepEqual(Object.entries(local), [
      ["b", 1],
      ["a", 2],
    ]);
    assert.deepEqual(Reflect.ownKeys(local), ["b", "a", key], "and nothing of the library's");
    assert.deepEqual({ ...local }, { b: 1, a: 2, [key]: 3 });
    const seen: string[] = [];
    for (const name in local) seen.push(name);
    assert.deepEqual(seen, ["b", "a"]);
    assert.equal(JSON.stringify(local), '{"b":1,"a":2}');
    Object.assign(local, { c: 4 });
    assert.equal(local.c, 4);
    assert.equal(local[key], 3);
    assert.deepEqual(Object.getOwnPropertyDescriptor(local, "c"), {
      value: 4,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  });

  test("getters, setters and properties that are hidden or read-only", () => {
    const local = new ThreadLocal<{ double: number; half: number; hidden: number; fixed: number }>();
    let stored = 0;
    Object.defineProperty(local, "double", { get: () => stored * 2, set: (value) => (stored = value / 2) });
    Object.defineProperty(local, "hidden", { value: 1 });
    local.double = 10;
    assert.equal(stored, 5);
    assert.equal(local.double, 10);
    assert.deepEqual(Object.keys(local), []);
    assert.equal(local.hidden, 1);
    assert.throws(() => (local.hidden = 2), TypeError, "as on any object");
    assert.equal(delete (local as { hidden?: number }).hidden, true);
    assert.equal("hidden" in local, false);
  });

  test("an object that inherits from it gets its own properties, and reads the thread's", () => {
    const local = new ThreadLocal<{ value: number }>(() => ({ value: 1 }));
    const child = Object.create(local) as { value: number };
    assert.equal(child.value, 1);
    child.value = 2;
    assert.equal(local.value, 1);
    assert.equal(child.value, 2);
  });

  test("it is of its class, and prints the calling thread's attributes", async () => {
    const local = new ThreadLocal<{ value?: number; self?: object; deep?: unknown }>();
    assert.ok(local instanceof ThreadLocal);
    assert.equal(Object.prototype.toString.call(local), "[object ThreadLocal]");
    assert.equal(inspect(local), "ThreadLocal {}");
    local.value = 1;
    assert.equal(inspect(local), "ThreadLocal { value: 1 }");
    assert.equal(inspect({ in: local }), "{ in: ThreadLocal { value: 1 } }");
    local.self = local;
    assert.equal(inspect(local, { depth: null }), "ThreadLocal { value: 1, self: [ThreadLocal] }");
    assert.equal(inspect([[local]], { depth: 1 }), "[ [ [ThreadLocal] ] ]");
    await joinAll([
      start((local) => {
        local.value = 2;
        if (`${local}` !== "[object ThreadLocal]") throw new Error(`${local}`);
        // Node's own inspect, without an import.
        const printed = process.getBuiltinModule?.("node:util").inspect(local);
        if (printed !== undefined && printed !== "ThreadLocal { value: 2 }") throw new Error(printed);
      }, local),
    ]);
  });

  test("its type is that of its attributes", () => {
    const typed = new ThreadLocal<{ value: number; name?: string }>(() => ({ value: 1 }));
    const value: number = typed.value;
    const inferred = new ThreadLocal(() => ({ list: [1, 2] }));
    const first: number = inferred.list[0];
    const named: ThreadLocal<{ value: number }> = typed;
    const free = new ThreadLocal();
    free.anything = 1;
    // @ts-expect-error: there is no such attribute
    typed.other;
    // @ts-expect-error: it is a number
    typed.value = "text";
    // @ts-expect-error: attributes are the properties of an object
    new ThreadLocal(() => 1);
    typed.value = 1;
    assert.deepEqual([value, first, named.value, free.anything], [1, 1, 1, 1]);
  });
});

describe("each thread has attributes of its own", () => {
  test("ten threads at once, and main, see what they wrote themselves", async () => {
    const local = new ThreadLocal<{ id: number }>();
    const wrote = new SharedInt32();
    local.id = -1;
    const threads = startEach(
      (id, local, wrote) => {
        if (Object.keys(local).length > 0) throw new Error(`thread ${id} begins with ${local.id}`);
        local.id = id;
        wrote.add(1);
        while (wrote.value < 10) sleep(1);
        if (local.id !== id) throw new Error(`thread ${id} sees ${local.id}`);
      },
      Array.from({ length: 10 }, (_, id) => [id, local, wrote] as const),
    );
    await joinAll(threads);
    assert.equal(local.id, -1);
  });

  test("threads of threads too, in both directions", async () => {
    const local = new ThreadLocal<{ level?: number }>();
    const seen = new SharedInt32();
    local.level = 0;
    await joinAll([
      start(
        (local, seen) => {
          local.level = 1;
          const inner = new Thread({
            target: () => {
              if (local.level !== undefined) throw new Error("seen by the inner one");
              local.level = 2;
              seen.add(local.level);
            },
          }).start();
          inner.join();
          if (inner.exception) throw inner.exception;
          seen.add(10 * (local.level as number));
        },
        local,
        seen,
      ),
    ]);
    assert.equal(seen.value, 12);
    assert.equal(local.level, 0);
  });

  test("a thread that deletes or finds nothing changes nothing for others", async () => {
    const local = new ThreadLocal<{ value?: number }>(() => ({ value: 1 }));
    assert.equal(local.value, 1);
    await joinAll([
      start((local) => {
        delete local.value;
        if ("value" in local || Object.keys(local).length > 0) throw new Error("it is still there");
      }, local),
    ]);
    assert.equal(local.value, 1);
  });

  test("two ThreadLocals know nothing of each other", async () => {
    const a = new ThreadLocal<{ value?: number }>();
    const b = new ThreadLocal<{ value?: number }>();
    a.value = 1;
    assert.equal("value" in b, false);
    await joinAll([
      start(
        (a, b) => {
          b.value = 2;
          if ("value" in a) throw new Error("b's attribute is in a");
        },
        a,
        b,
      ),
    ]);
  });

  test("async tasks of one thread share them", async () => {
    const local = new ThreadLocal<{ n: number }>(() => ({ n: 0 }));
    const task = async () => {
      local.n += 1;
      await sleepAsync(1);
      return local.n;
    };
    assert.deepEqual(await Promise.all([task(), task(), task()]), [3, 3, 3]);
  });
});

describe("a ThreadLocal crosses by reference", () => {
  test("captured, in args, nested, as a key, twice: it is one object in one thread", async () => {
    const local = new ThreadLocal<{ value?: number }>();
    await joinAll([
      start(
        (a, { deep }, map, set) => {
          const all = [a, deep[0], [...map.keys()][0], map.get(a), [...set][0], local];
          if (!all.every((each) => each === local)) throw new Error("they are different objects");
          a.value = 7;
          if (deep[0].value !== 7) throw new Error("they have different attributes");
          if (!(local instanceof ThreadLocal)) throw new Error("it is of another class");
        },
        local,
        { deep: [local] },
        new Map([[local, local]]),
        new Set([local]),
      ),
    ]);
  });

  test("out of a thread, in what it threw: it is the same as before, or a new one", async () => {
    const local = new ThreadLocal<{ value: number }>(() => ({ value: 1 }));
    local.value = 2;
    const known = (await thrownBy(() => {
      throw { local };
    })) as { local: object };
    const { born } = (await thrownBy(() => {
      const born = new ThreadLocal(() => ({ value: 3 }));
      born.value = 4;
      throw { born };
    })) as { born: { value: number } };
    assert.equal(known.local, local);
    assert.equal(local.value, 2);
    assert.ok(born instanceof ThreadLocal);
    assert.equal(born.value, 3, "the initialiser came along");
  });

  test("and a write to it in shipped code gives no warning", async () => {
    const local = new ThreadLocal<{ value?: number; list: number[] }>(() => ({ list: [] }));
    const holder = { local };
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on("warning", note);
    await joinAll([
      start(() => {
        local.value = 1;
        local.list.push(1);
        holder.local.value = 2;
        delete local.value;
      }),
    ]);
    await sleepAsync(1);
    process.off("warning", note);
    assert.deepEqual(warnings, []);
  });

  test("other proxies are refused as before, also in front of one", () => {
    const local = new ThreadLocal();
    for (const proxy of [new Proxy({}, {}), new Proxy(local, {}), new Proxy(new SharedInt32(), {})]) {
      refuses(
        () => new Thread({ target: () => {}, args: [proxy] as never }).start(),
        CaptureError,
        "CANNOT_CROSS",
        /it is a Proxy/,
      );
    }
  });
});

describe("the initialiser", () => {
  test("runs at the first access in each thread, and not for threads that never touch it", async () => {
    const runs = new SharedInt32();
    const local = new ThreadLocal<Counted>(counting(runs));
    await joinAll([start((local) => void [local].includes(local), local)]);
    await joinAll([start(() => void (local instanceof ThreadLocal))]);
    assert.equal(runs.value, 0, "made, sent, captured, compared");
    assert.equal(local.n, 1);
    assert.equal(local.n, 1);
    assert.equal(runs.value, 1);
    await joinAll([start((local) => void [local.n, local.n], local)]);
    assert.equal(runs.value, 2);
  });

  for (const [what, access] of [
    ["a read", (local: Partial<Counted>) => local.n],
    ["a read of what is not there", (local: Partial<Counted>) => (local as { other?: 1 }).other],
    ["a write", (local: Partial<Counted>) => (local.n = 5)],
    ["in", (local: Partial<Counted>) => "n" in local],
    ["delete", (local: Partial<Counted>) => delete local.n],
    ["Object.keys", (local: Partial<Counted>) => Object.keys(local)],
    ["spread", (local: Partial<Counted>) => ({ ...local })],
    ["hasOwn", (local: Partial<Counted>) => Object.hasOwn(local, "n")],
    ["defineProperty", (local: Partial<Counted>) => Object.defineProperty(local, "m", { value: 1 })],
    ["printing", (local: Partial<Counted>) => inspect(local)],
  ] as const) {
    test(`runs before ${what}`, () => {
      const runs = new SharedInt32();
      access(new ThreadLocal<Partial<Counted>>(counting(runs)));
      assert.equal(runs.value, 1);
    });
  }

  test("that throws: the error reaches who accessed, and the next access tries again", async () => {
    const tries = new SharedInt32();
    const local = new ThreadLocal(() => {
      if (tries.add(1) % 2 === 0) throw new RangeError("not yet");
      return { value: tries.value };
    });
    const access = () => local.value;
    assert.throws(access, { name: "RangeError", message: "not yet" });
    assert.equal(access(), 2);
    assert.equal(access(), 2);
    const thread = start((local) => {
      let said = "";
      try {
        "value" in local;
      } catch (error) {
        said = (error as Error).message;
      }
      if (said !== "not yet" || local.value !== 4) throw new Error(`${said} ${local.value}`);
    }, local);
    await joinAll([thread]);
    assert.equal(tries.value, 4);
  });

  test("that uses its own ThreadLocal is told so, and not caught in a circle", () => {
    const local: { value: number } = new ThreadLocal(() => ({ value: early ? local.value : 1 }));
    let early = true;
    refuses(
      () => local.value,
      RuntimeError,
      "LOCAL_IN_INIT",
      "cannot use the ThreadLocal: its initialiser is running for this thread and uses it. Return an object with the attributes instead of setting them.",
    );
    early = false;
    assert.equal(local.value, 1);
  });

  test("may use other ThreadLocals, shared objects, and what it captured, as that is at the first crossing", async () => {
    const hits = new SharedInt32();
    const settings = { step: 1 };
    const base = new ThreadLocal(() => ({ value: 100 }));
    const local = new ThreadLocal(() => ({ value: base.value + settings.step, hit: hits.add(1) }));
    assert.equal(local.value, 101);
    settings.step = 5;
    const target = (local: { value: number }, wanted: number) => {
      if (local.value !== wanted) throw new Error(`it is ${local.value}`);
    };
    await joinAll([start(target, local, 105)]);
    settings.step = 9;
    await joinAll([start(target, local, 105)]);
    assert.equal(local.value, 101);
    assert.equal(hits.value, 3);
  });

  test("may return functions that use the ThreadLocal", async () => {
    const local: { n: number; next(): number } = new ThreadLocal(() => ({
      n: 0,
      next: () => ++local.n,
    }));
    assert.equal(local.next() + local.next(), 3);
    await joinAll([
      start((local) => {
        if (local.next() !== 1) throw new Error("it is not this thread's");
      }, local),
    ]);
    assert.equal(local.n, 2);
  });

  test("may return an instance: its class stays, its fields are the attributes", async () => {
    const local = new ThreadLocal(() => new Session(path.basename("/threads/session")));
    local.next();
    assert.equal(local.label, "session 1");
    const labelOf = (local: Session): string => local.label;
    const check = (local: Session) => {
      if (local.label !== "session 0") throw new Error(local.label);
      local.name = "there";
      if (local.next() !== 1 || labelOf(local) !== "there 1") throw new Error(local.label);
    };
    // Its imports are loaded before the thread runs: captured, in args, and inside another initialiser.
    const outer = new ThreadLocal(() => ({ label: local.label }));
    await joinAll([
      start(check, local),
      start(() => {
        if (local.next() !== 1) throw new Error(local.label);
      }),
      start((outer) => {
        if (outer.label !== "session 0") throw new Error(outer.label);
      }, outer),
    ]);
    assert.equal(local.label, "session 1");
  });

  test("whose imports did not come along says so, loads them, and works a turn later", async () => {
    const { made } = (await thrownBy(() => {
      throw { made: new ThreadLocal(() => ({ session: new Session("late") })) };
    })) as { made: { session: Session } };
    refuses(
      () => made.session,
      RuntimeError,
      "MODULE_NOT_LOADED",
      "cannot run the initialiser of the ThreadLocal: it imports a module that is not loaded in this thread yet. Capture the ThreadLocal in the thread's target or pass it in args, or use it again after a turn of the event loop.",
    );
    await until(() => {
      try {
        return made.session !== undefined;
      } catch {
        return false;
      }
    }, "its imports are loaded");
    assert.equal(made.session.next(), 1);
  });

  test("that can't cross is refused where the ThreadLocal is handed over, before anything runs; here it works", () => {
    const promise = Promise.resolve(1);
    const local = new ThreadLocal(() => ({ promise }));
    assert.equal(local.promise, promise);
    const ran = new SharedInt32();
    const thread = new Thread({ target: () => void [ran.add(1), local.promise] });
    refuses(
      () => thread.start(),
      CaptureError,
      "CANNOT_CROSS",
      /^cannot send captured 'promise' \(test\/conformance\/local\.test\.ts:\d+:\d+\) to a thread: it is a promise\./,
    );
    assert.equal(thread.state, "new");
    assert.equal(ran.value, 0);
  });

  test("may hold shared memory, which all threads then see", () => {
    const memory = new Int32Array(new SharedArrayBuffer(8));
    const local = new ThreadLocal(() => ({ memory }));
    const thread = start((local) => void (local.memory[1] = 7), local);
    thread.join();
    assert.equal(memory[1], 7);
  });
});

describe("nothing is left for the next thread (SEMANTICS 22)", () => {
  test("a hundred threads one after the other, in few workers, begin anew with the same ThreadLocal", async () => {
    const runs = new SharedInt32();
    const plain = new ThreadLocal<{ trace?: number }>();
    const made = new ThreadLocal<Counted & { trace?: number }>(counting(runs));
    const workers = new Set<number | undefined>();
    for (let i = 0; i < 100; i++) {
      const thread = start(
        (i, plain, made) => {
          if (Object.keys(plain).length > 0) throw new Error(`thread ${i} sees the trace of ${plain.trace}`);
          if ("trace" in made || made.n !== i + 1)
            throw new Error(`thread ${i} sees ${JSON.stringify(made)}`);
          plain.trace = made.trace = i;
        },
        i,
        plain,
        made,
      );
      await joinAll([thread]);
      workers.add(thread.nativeId);
    }
    assert.equal(runs.value, 100);
    assert.ok(workers.size < 20, `they ran in ${workers.size} workers`);
  });

  test("not what the initialiser captured, and not an object that a module holds", async () => {
    const copied = { n: 0 };
    const bump = (counter: { n: number }) => ++counter.n;
    const local = new ThreadLocal(() => ({ n: bump(copied) }));
    const kept = new ThreadLocal(() => ofTheModule);
    for (let i = 0; i < 10; i++) {
      await joinAll([
        start(
          (local, kept) => {
            if (local.n !== 1) throw new Error(`the copy was used ${local.n} times`);
            if (kept.hits !== 0) throw new Error(`the module's object has ${kept.hits} hits`);
            kept.hits += 1;
          },
          local,
          kept,
        ),
      ]);
    }
    kept.hits = 5;
    assert.equal(ofTheModule.hits, 0);
  });

  test("not the initialiser as its maker has it, when a later thread runs in the maker's worker", {
    skip: process.platform !== "linux",
  }, async () => {
    const makersWorker = new SharedInt32();
    const met = new SharedBoolean();
    /** Outlives the maker, and starts threads with its ThreadLocal until one runs where the maker ran. */
    const keep = (local: Counted, makersWorker: SharedInt32, met: SharedBoolean) => {
      while (makersWorker.value === 0) sleep(1);
      for (let i = 0; i < 50 && !met.value; i++) {
        const next = new Thread({
          target: () => {
            if (local.n !== 1) throw new Error(`the maker's own initialiser ran: ${local.n}`);
          },
        }).start();
        next.join();
        if (next.exception) throw next.exception;
        if (next.nativeId === makersWorker.value) met.value = true;
      }
      if (!met.value) throw new Error("no thread ran in the maker's worker");
    };
    const maker = start(
      (keep, makersWorker, met) => {
        const state = { n: 0 };
        const bump = (counter: Counted) => ++counter.n;
        const local = new ThreadLocal<Counted>(() => ({ n: bump(state) }));
        new Thread({ name: "keeper", target: keep, args: [local, makersWorker, met] }).start();
        state.n = 100; // after it crossed
      },
      keep,
      makersWorker,
      met,
    );
    await joinAll([maker]);
    const keeper = enumerate().find((thread) => thread.name === "keeper");
    assert.ok(keeper);
    makersWorker.value = maker.nativeId ?? 0;
    await joinAll([keeper]);
    assert.equal(met.value, true);
  });
});
