/** Threads that are killed while they wait for an event or set it: nobody else is left behind. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import { Event } from "threadkit";
import { LONG } from "../harness/delays.ts";
import { runKills } from "../harness/killing.ts";
import { freshSeed } from "../harness/random.ts";
import { joinAll, startEach } from "../harness/threads.ts";
import { until } from "../harness/until.ts";
import { eventWords, quiet } from "../harness/words.ts";

describe("a thread that is killed in the line of an Event", { concurrency: false }, () => {
  for (const which of [0, 1, 2]) {
    test(`leaves no trace, and the others go through: number ${which} of three`, async () => {
      const event = new Event();
      const threads = startEach(
        (event) => {
          if (!event.wait()) throw new Error("woken for nothing");
        },
        [1, 2, 3].map(() => [event] as const),
      );
      const promise = event.waitAsync({ timeout: LONG });
      await until(() => threads.every((thread) => thread.state === "blocked"), "all stand in line");
      threads[which].terminate();
      await threads[which].joinAsync();
      event.set();
      event.clear();
      assert.equal(await promise, true);
      await joinAll(threads);
      assert.deepEqual(eventWords(event), quiet(0));
    });
  }

  test("alone leaves the words as if it had never come", async () => {
    for (const target of [
      (event: Event) => event.wait(),
      async (event: Event) => {
        await event.waitAsync();
      },
    ]) {
      const event = new Event();
      const [thread] = startEach(target, [[event]]);
      await until(() => eventWords(event).head !== 0, "it stands in line");
      thread.terminate();
      await thread.joinAsync();
      await until(() => eventWords(event).word === 0 && eventWords(event).head === 0, "it is forgotten");
      assert.deepEqual(eventWords(event), quiet(0));
      event.set();
      assert.equal(event.isSet(), true);
    }
  });
});

const SCRIPT = `
import { Event } from "threadkit";
const event = new Event();
function sets() {
  while (!stop.value) {
    event.set();
    event.clear();
    turns.add(1);
  }
}
function blocks() {
  while (!stop.value) {
    if (!event.wait()) throw new Error("woken for nothing");
    turns.add(1);
  }
}
async function awaits() {
  while (!stop.value) {
    if (!(await event.waitAsync())) throw new Error("woken for nothing");
    turns.add(1);
  }
}
function hurries() {
  while (!stop.value) {
    event.wait({ timeout: 0.2 });
    turns.add(1);
  }
}
const bodies: Record<string, () => unknown> = { sets, blocks, awaits, hurries };
const begin = (i: number) => new Thread({ target: bodies[mix[i]], name: mix[i] }).start() as Thread;
const threads = mix.map((_, i) => begin(i));
for (let n = 0; n < kills; n++) {
  killOne(threads, begin, () => {}, n);
  progress(() => { event.set(); event.clear(); }, "after kill " + n);
}
stop.value = true;
for (const thread of threads) joinWhile(thread, () => { event.set(); event.clear(); }, "in the end");
event.clear();
settle(() => JSON.stringify(words.eventWords(event)) === JSON.stringify(words.quiet(0)));
console.log(JSON.stringify({ words: words.eventWords(event), active: activeCount() }));
process.exit();
`;

describe("after many kills around an Event", { concurrency: false }, () => {
  for (const [mix, kills] of [
    ["sets,blocks,blocks", 60],
    ["sets,sets,awaits,blocks,hurries", 80],
  ] as const) {
    test(`of threads that do ${mix}, nobody is left behind`, async (t) => {
      const seed = freshSeed();
      t.diagnostic(`seed ${seed}`);
      const { found, where, ok } = await runKills(SCRIPT, seed, kills, mix);
      assert.ok(ok, where);
      assert.deepEqual(found, { words: quiet(0), active: 1 }, where);
    });
  }
});
