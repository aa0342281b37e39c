/** Threads that are killed around a queue: an item is in it or was taken, never half; nobody waits for the dead. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import { PriorityQueue, Queue, SharedBoolean, type Thread } from "threadkit";
import { SORTER } from "../../src/queue/words.ts";
import { arenaWords, indexOf, usedBytes } from "../harness/arena.ts";
import { LONG } from "../harness/delays.ts";
import { runKills } from "../harness/killing.ts";
import { CLASSES, countsOf, unquiet, waitersOf } from "../harness/queues.ts";
import { freshSeed } from "../harness/random.ts";
import { joinAll, start, startEach } from "../harness/threads.ts";
import { until } from "../harness/until.ts";

async function kill(thread: Thread): Promise<void> {
  thread.terminate();
  assert.equal(await thread.joinAsync({ timeout: LONG }), true);
}

const isQuiet = (queue: object) => Object.keys(unquiet(queue)).length === 0;
const LARGE = 50_000;

for (const { name, make } of CLASSES) {
  describe(`a thread that is killed around a ${name}`, { concurrency: false }, () => {
    for (const which of [0, 1, 2])
      test(`waiting for an item leaves no trace: number ${which} of three`, async () => {
        const [queue, back] = [make<number>(), new Queue<number>()];
        const threads = startEach(
          (queue, back) => back.put(queue.get()),
          [1, 2, 3].map(() => [queue, back] as const),
        );
        await until(() => waitersOf(queue).getters === 3, "all stand in line");
        await kill(threads[which]);
        queue.put(5);
        queue.put(6);
        assert.deepEqual(
          [await back.getAsync({ timeout: LONG }), await back.getAsync({ timeout: LONG })].sort(),
          [5, 6],
        );
        await joinAll(threads.filter((_, i) => i !== which));
        await until(() => isQuiet(queue), "the dead one is forgotten");
        assert.deepEqual(countsOf(queue), { items: 0, unfinished: 2 });
      });

    test("waiting for room has put nothing, and its item's memory is given back", async () => {
      for (const awaits of [false, true]) {
        const queue = make<string>(1);
        queue.put("a");
        const ready = new SharedBoolean();
        const thread = start(
          async (queue, large, awaits, ready) => {
            ready.value = true;
            if (awaits) await queue.putAsync("x".repeat(large));
            else queue.put("x".repeat(large));
          },
          queue,
          LARGE,
          awaits,
          ready,
        );
        await until(() => waitersOf(queue).putters === 1, "it stands in line");
        const before = usedBytes();
        await kill(thread);
        await until(() => usedBytes() < before - LARGE, "its item is given back");
        await until(() => isQuiet(queue), "it is forgotten");
        assert.equal(queue.get(), "a");
        assert.equal(queue.empty(), true);
        assert.deepEqual(countsOf(queue), { items: 0, unfinished: 1 });
      }
    });

    test("in join leaves no trace", async () => {
      const queue = make<number>();
      queue.put(1);
      const threads = startEach(
        (queue) => void queue.join(),
        [1, 2].map(() => [queue] as const),
      );
      await until(() => waitersOf(queue).joiners === 2, "both stand in line");
      await kill(threads[0]);
      await until(() => waitersOf(queue).joiners === 1, "it is forgotten");
      queue.taskDone();
      await joinAll([threads[1]]);
      assert.deepEqual(unquiet(queue), {});
    });

    test("that was handed an item and does not know it leaves it in the queue", async () => {
      for (const others of [0, 1]) {
        const queue = make<string>();
        const busy = new SharedBoolean();
        const victim = start(
          async (queue, busy) => {
            void queue.getAsync();
            busy.value = true;
            for (;;); // its event loop never turns again
          },
          queue,
          busy,
        );
        await until(() => busy.value && waitersOf(queue).getters === 1, "its promise stands in line");
        queue.put("for somebody");
        assert.equal(queue.empty(), true, "handed over");
        const next = others > 0 ? queue.getAsync({ timeout: LONG }) : undefined;
        await kill(victim);
        if (next === undefined) {
          await until(() => queue.qsize() === 1, "it is back");
          assert.equal(queue.get(), "for somebody");
        } else assert.equal(await next, "for somebody");
        assert.deepEqual(unquiet(queue), {});
      }
    });

    test("that was handed room and does not know it leaves it to the next", async () => {
      const queue = make<string>(1);
      queue.put("first");
      const busy = new SharedBoolean();
      const victim = start(
        async (queue, busy, large) => {
          void queue.putAsync("x".repeat(large));
          busy.value = true;
          for (;;);
        },
        queue,
        busy,
        LARGE,
      );
      await until(() => busy.value && waitersOf(queue).putters === 1, "its promise stands in line");
      const second = queue.putAsync("second", { timeout: LONG });
      assert.equal(queue.get(), "first");
      const before = usedBytes();
      await kill(victim);
      await second;
      await until(() => usedBytes() < before - LARGE, "its item is given back");
      assert.equal(queue.get(), "second");
      await until(() => isQuiet(queue), "it is forgotten");
    });

    test("with items of its own in the queue leaves them there", async () => {
      const queue = make<string>();
      const thread = start((queue) => {
        queue.put("long ".repeat(100));
        queue.get({ timeout: 0.001 });
        queue.put("kept ".repeat(100));
        for (;;);
      }, queue);
      await until(() => countsOf(queue).unfinished === 2, "it has put");
      await kill(thread);
      assert.equal(queue.get(), "kept ".repeat(100));
      assert.deepEqual(unquiet(queue), {});
    });
  });
}

describe("a thread that is killed while it compares", { concurrency: false }, () => {
  test("has put nothing, and the others can put; those who wait for their turn get it", async () => {
    const stuck = new SharedBoolean(true);
    const queue = new PriorityQueue<string>({
      compare: (a, b) => {
        while (b.startsWith("stuck") && stuck.value);
        return a < b ? -1 : a > b ? 1 : 0;
      },
    });
    queue.put("m");
    const victim = start((queue) => queue.put(`stuck${"x".repeat(50_000)}`), queue);
    await until(() => arenaWords()[indexOf(queue) + SORTER] !== 0, "it compares");
    const other = start((queue) => queue.put("a"), queue);
    const mine = queue.putAsync("z", { timeout: LONG });
    await until(() => other.state === "blocked", "the other waits for its turn");
    assert.equal(queue.get(), "m", "others may take meanwhile");
    const before = usedBytes();
    await kill(victim);
    await mine;
    await joinAll([other]);
    await until(() => usedBytes() < before - LARGE, "its item is given back");
    assert.deepEqual([queue.get(), queue.get()], ["a", "z"]);
    await until(() => isQuiet(queue), "it is forgotten");
    assert.deepEqual(countsOf(queue), { items: 0, unfinished: 3 });
  });
});

const SCRIPT = `
import { LifoQueue, PriorityQueue, Queue } from "threadkit";
import { census, allocatorFaults } from "../../test/harness/arena.ts";
import { countsOf, unquiet } from "../../test/harness/queues.ts";
const kind = mix[0];
const MOST = 400_000;
const make = (): Queue<number | string> =>
  kind === "lifo" ? new LifoQueue(5)
  : kind === "priority" ? new PriorityQueue({ maxsize: 5 })
  : kind === "order" ? new PriorityQueue({ maxsize: 5, compare: (a, b) => Number(a) - Number(b) })
  : new Queue(5);
const queue = make();
const large = kind !== "priority";
const next = new SharedInt32();
const seen = new Int32Array(new SharedArrayBuffer(4 * MOST));
/** The number as such, or as a string of many characters. */
const itemOf = (n: number) => (large && n % 2 ? String(n).padStart(300, "0") : n);
function saw(item: number | string) {
  Atomics.add(seen, Number(item), 1);
  turns.add(1);
}
function puts() {
  while (!stop.value) {
    const n = next.add(1);
    if (n >= MOST) return;
    queue.put(itemOf(n));
  }
}
function hurries() {
  while (!stop.value) {
    const n = next.add(1);
    if (n >= MOST) return;
    for (let done = false; !done; ) {
      try {
        queue.put(itemOf(n), { timeout: 0.1 });
        done = true;
      } catch (error) {
        if ((error as { code: string }).code !== "QUEUE_FULL") throw error;
      }
    }
  }
}
async function putsAsync() {
  while (!stop.value) {
    const n = next.add(1);
    if (n >= MOST) return;
    await queue.putAsync(itemOf(n));
  }
}
function gets() {
  while (!stop.value) {
    try {
      saw(queue.get({ timeout: 0.2 }));
    } catch (error) {
      if ((error as { code: string }).code !== "QUEUE_EMPTY") throw error;
    }
  }
}
async function getsAsync() {
  while (!stop.value) {
    try {
      saw(await queue.getAsync({ timeout: 1 }));
    } catch (error) {
      if ((error as { code: string }).code !== "QUEUE_EMPTY") throw error;
    }
  }
}
const bodies: Record<string, () => unknown> = { puts, hurries, putsAsync, gets, getsAsync };
const names = mix.slice(1);
const begin = (i: number) => new Thread({ target: bodies[names[i]], name: names[i] }).start() as Thread;
const threads = names.map((_, i) => begin(i));
for (let n = 0; n < kills; n++) {
  killOne(threads, begin, () => {}, n);
  progress(() => {}, "after kill " + n);
}
stop.value = true;
/** Putters in line need room to come to their end. */
function drain() {
  for (;;) {
    try {
      saw(queue.getNowait());
    } catch {
      return;
    }
  }
}
for (const thread of threads) joinWhile(thread, drain, "in the end");
settle(() => Object.keys(unquiet(queue)).length === 0);
drain();
const put = Math.min(next.value, MOST);
const doubled = seen.filter((times) => times > 1).length;
const missing = seen.subarray(0, put).filter((times) => times === 0).length;
const { Message = 0, String: strings = 0, Double = 0 } = census();
console.log(JSON.stringify({
  unquiet: unquiet(queue), doubled, lostByTheDead: missing <= kills, empty: countsOf(queue).items === 0,
  leaks: Message + strings + Double <= 5, faults: allocatorFaults(undefined, kills), active: activeCount(),
}));
process.exit();
`;

describe("after many kills around a queue", { concurrency: false }, () => {
  for (const [mix, kills] of [
    ["fifo,puts,gets,puts,gets", 60],
    ["fifo,puts,hurries,putsAsync,gets,getsAsync,gets", 60],
    ["lifo,puts,putsAsync,gets,getsAsync", 50],
    ["priority,puts,hurries,gets,gets", 50],
    ["order,puts,putsAsync,hurries,gets,getsAsync", 60],
  ] as const)
    test(`by ${mix}, no item is doubled, none is lost but by the dead, and nobody waits for them`, async (t) => {
      const seed = freshSeed();
      t.diagnostic(`seed ${seed}`);
      const { found, where, ok } = await runKills(SCRIPT, seed, kills, mix);
      assert.ok(ok, where);
      assert.deepEqual(
        found,
        { unquiet: {}, doubled: 0, lostByTheDead: true, empty: true, leaks: true, faults: [], active: 1 },
        where,
      );
    });
});
