/** Parts of the library that threads load by need: who loads them, who does not, and that nobody misses what is in one. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { Kind } from "../../src/memory/layout.ts";
import { KINDS } from "../../src/memory/parts.ts";
import { captured, root, runScript, typescriptArgs } from "../harness/child.ts";
import { LONG_CHILD } from "../harness/delays.ts";

/** `loaded()` in a thread: the parts that its worker has. Scripts are JavaScript, so that nothing else is loaded there. */
const PRELUDE = `
import Module from "node:module";
import * as threadkit from "threadkit";
import { BrokenThreadPoolError, Barrier, Event, Future, Lock, LifoQueue, PriorityQueue, Queue, SharedBoolean, SharedInt32, SharedList,
  SharedMap, SharedRef, SharedSet, SharedStruct, SimpleQueue, sleepAsync, Thread, ThreadLocal, ThreadPoolExecutor,
  asCompleted } from "threadkit";
const loaded = () =>
  Object.keys(Module._cache).flatMap((file) => /(data|pools)\\.cjs$/.exec(file)?.[1] ?? []).sort().join();
/** What a thread has loaded that gets \`args\` and does \`use\`. */
function partsOf(args, use = () => {}) {
  const thread = new Thread({ target: (...all) => { use(...all); throw new RangeError("has:" + loaded()); }, args, excepthook: () => {} });
  thread.start().join();
  return thread.exception.message;
}
threadkit.setExcepthook(() => {});
`;

const NATIVE = typescriptArgs();

async function run(source: string, nodeArgs: readonly string[] = []): Promise<string[]> {
  const result = await runScript(PRELUDE + source, { ext: "mjs", timeout: LONG_CHILD, nodeArgs });
  assert.equal(result.code, 0, captured(result));
  assert.doesNotMatch(result.stderr, /supervisor/, captured(result));
  return result.stdout.trim().split("\n");
}
/** What the first thread of a process has loaded. */
async function partsWith(args: string, use = "() => {}", before = ""): Promise<string> {
  return (await run(`${before}\nconsole.log(partsOf(${args}, ${use}));`))[0];
}

describe("a thread has loaded", { concurrency: 2 }, () => {
  test("no part if it only computes, locks and counts", async () => {
    const all = "[new Lock(), new Event(), new Barrier(1), new SharedInt32(), new ThreadLocal()]";
    assert.equal(await partsWith(all, "(lock, event) => lock.with(() => event.set())"), "has:");
  });

  for (const [args, parts] of [
    ["[{ deep: [new SharedMap([[1, 2]])] }]", "data"],
    ["[[new SharedList([1])]]", "data"],
    ["[new Map([[1, new SharedRef({})]])]", "data"],
    ["[new SharedSet([1])]", "data"],
    ["[new Queue()]", "data"],
    ["[new LifoQueue(), new SimpleQueue()]", "data"],
    ["[new PriorityQueue({ compare: (a, b) => a - b })]", "data"],
    ["[new (SharedStruct({ x: 'int32' }))()]", "data"],
    ["[SharedStruct({ x: 'int32' })]", "data"],
    ["[{ deep: [Future.resolve(1)] }]", "pools"],
    ["[new ThreadPoolExecutor(1)]", "pools"],
    ["[new Queue(), Future.resolve(1)]", "data,pools"],
  ] as const) {
    const made = args.includes("resolve")
      ? "Future.resolve = () => { const f = new Future(); f.setResult(1); return f; };"
      : "";
    test(`${parts} if it gets ${args}`, async () =>
      assert.equal(await partsWith(args, undefined, made), `has:${parts}`));
  }

  test("the part of what its code names", async () => {
    assert.equal(await partsWith("[]", "() => new SharedMap().set(1, 2)"), "has:data");
    assert.equal(await partsWith("[]", "() => typeof asCompleted"), "has:pools");
  });

  test("pools, and not data, if it runs the tasks of a pool", async () => {
    assert.deepEqual(
      await run(
        "const pool = new ThreadPoolExecutor(1); console.log(pool.submit(loaded).result()); pool.shutdown();",
      ),
      ["pools"],
    );
  });
});

describe("what comes to a thread that has not loaded its part", { concurrency: 2 }, () => {
  test("as the last reference to it is given back whole", async () => {
    const source = `
import { arenaWords, census, indexOf } from "../../test/harness/arena.ts";
const goOn = new SharedBoolean();
const seen = new SharedInt32(-1);
function begin() {
  const map = new SharedMap(Array.from({ length: 100 }, (_, i) => ["a key of some length " + i, { value: i }]));
  // A thread is everywhere; the map comes with its error, which nobody reads.
  const failed = new Thread({ target: () => { throw Object.assign(new RangeError("with a map"), { map }); } }).start();
  failed.join();
  const thread = new Thread({
    target: async (box) => {
      while (!goOn.value) await sleepAsync(1);
      if (loaded() !== "") seen.value = 0;
      box.failed = undefined;
      while (seen.value < 0) {
        gc();
        await sleepAsync(1);
        if (loaded() === "data") seen.value = 1;
      }
    },
    args: [{ failed }],
  });
  thread.start();
  return [thread, indexOf(failed), indexOf(map)];
}
const [thread, ...blocks] = begin();
const held = () => blocks.some((at) => Atomics.load(arenaWords(), at - 1) > 1);
for (const end = performance.now() + 10_000; held() && performance.now() < end; ) {
  gc();
  await sleepAsync(1);
}
goOn.value = true;
const over = await thread.joinAsync({ timeout: 10_000 });
const left = census();
console.log(over, seen.value, left.SharedMap ?? 0, left.Table ?? 0, left.String ?? 0);
if (!over) thread.terminate();
`;
    const [line] = await run(source, ["--expose-gc", ...NATIVE]);
    assert.equal(line, "true 1 0 0 0");
  });

  test("in the supervisor, when a killed thread had it, is given back whole", async () => {
    const source = `
import { census } from "../../test/harness/arena.ts";
const ready = new Event();
const thread = new Thread({
  target: () => {
    const map = new SharedMap(Array.from({ length: 100 }, (_, i) => ["a key of some length " + i, { value: i }]));
    const queue = new Queue();
    queue.put("a text");
    ready.set();
    for (;;) if (map.size + queue.qsize() < 0) break;
  },
});
thread.start();
ready.wait();
thread.terminate();
thread.join();
for (const end = performance.now() + 10_000; (census().SharedMap ?? census().Queue ?? census().Realm > 2) && performance.now() < end; ) await sleepAsync(5);
const left = census();
console.log(left.SharedMap ?? 0, left.Table ?? 0, left.String ?? 0, left.Queue ?? 0);
`;
    assert.deepEqual(await run(source, NATIVE), ["0 0 0 0"]);
  });
});

describe("a supervisor that has loaded no part yet", { concurrency: 2 }, () => {
  test("frees the key, and the object, whose update a killed thread was in", async () => {
    const source = `
const [map, ref, inside] = [new SharedMap([["a", 1]]), new SharedRef(1), new SharedInt32()];
const threads = [
  () => map.update("a", () => { inside.add(1); for (;;); }),
  () => ref.update(() => { inside.add(1); for (;;); }),
].map((target) => new Thread({ target }).start());
while (inside.value < 2) await sleepAsync(1);
for (const thread of threads) thread.terminate();
console.log(map.update("a", (x) => x + 1), ref.update((x) => x + 1));
`;
    assert.deepEqual(await run(source), ["2 2"]);
  });

  test("takes a killed thread out of a queue's line", async () => {
    const source = `
import { inLine } from "../../test/harness/arena.ts";
const queue = new Queue();
const got = new SharedInt32();
const get = () => { got.value = queue.get(); };
const [first, second] = [new Thread({ target: get }), new Thread({ target: get })];
first.start();
await sleepAsync(100);
first.terminate();
first.join();
second.start();
queue.put(7);
second.join();
console.log(got.value, queue.qsize());
`;
    assert.deepEqual(await run(source, NATIVE), ["7 0"]);
  });

  test("fails the task whose worker was killed or crashed, and breaks its pool", async () => {
    for (const end of [
      "process.exit(3)",
      "setTimeout(() => { throw new RangeError('late'); }); await sleepAsync(60_000);",
    ]) {
      const source = `
const pool = new ThreadPoolExecutor(1);
const error = await pool.submit(async () => { ${end} }).then(() => undefined, (error) => error);
console.log(error.constructor.name);
pool.shutdown();
`;
      const [name] = await run(source);
      assert.match(name, /^(WorkerDiedError|BrokenThreadPoolError|RangeError)$/, end);
    }
  });
});

describe("the bundles", () => {
  const sources = (file: string): string[] =>
    (JSON.parse(readFileSync(path.join(root, "dist", `${file}.cjs.map`), "utf8")) as { sources: string[] })
      .sources;

  test("share no module but constants", () => {
    const constants = ["transfer/codec.ts", "memory/layout.ts", "parking/layout.ts", "memory/atomics.ts"];
    const own = ["core", "outgoing", "tools", "supervise", "data", "pools"].flatMap((file) =>
      sources(file).filter((source) => source.startsWith("../src/")),
    );
    const twice = own.filter((source, i) => own.indexOf(source) !== i).map((source) => source.slice(7));
    assert.deepEqual(
      [...new Set(twice)].filter((source) => !constants.includes(source)),
      [],
    );
    assert.ok(own.length > 150, "it finds the modules");
  });

  test("list the kinds that they define, and no others", () => {
    for (const [part, folders] of [
      ["data", ["shared", "queue"]],
      ["pools", ["futures"]],
    ] as const) {
      const inPart = sources(part).filter((source) => source.startsWith("../src/"));
      const defined = new Set<string>();
      for (const folder of folders)
        for (const file of readdirSync(path.join(root, "src", folder))) {
          if (!inPart.includes(`../src/${folder}/${file}`)) continue;
          const text = readFileSync(path.join(root, "src", folder, file), "utf8");
          const calls =
            /\b(?:defineKind|defineOpener|defineRobust|onDispose|leadsTo|carriesCode)\(Kind\.(\w+)/g;
          for (const [, kind] of text.matchAll(calls)) defined.add(kind);
        }
      const listed = Object.entries(Kind)
        .filter(([, kind]) => KINDS[part].includes(kind))
        .map(([name]) => name);
      assert.deepEqual([...defined].sort(), listed.sort(), part);
    }
  });
});
