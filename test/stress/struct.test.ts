/** SharedStruct under load: exact sums under its lock, no torn value, no update of one field lost in another. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import { Barrier, RLock, SharedBoolean, SharedInt32, SharedStruct } from "threadkit";
import { arenaWords, indexOf } from "../harness/arena.ts";
import { freshSeed, randomFrom } from "../harness/random.ts";
import { joinAll, startEach } from "../harness/threads.ts";

const SEEDS = [1, 2, freshSeed()];

class Account extends SharedStruct({
  balance: "float64",
  cents: "bigint64",
  count: "int32",
  small: "uint8",
  log: "any",
  lock: RLock,
}) {
  book(amount: number): void {
    this.lock.with(() => {
      this.balance += amount;
      this.cents += BigInt(amount * 100);
      this.note();
    });
  }
  note(): void {
    this.lock.with(() => {
      this.count++;
      this.small = (this.small + 1) & 255;
      this.log = { count: this.count };
    });
  }
}

describe("four threads that change one struct under its own lock", () => {
  for (const seed of SEEDS) {
    test(`come to the exact sums (seed ${seed})`, async () => {
      const account = new Account();
      const rounds = 5_000;
      const gate = new Barrier(4);
      await joinAll(
        startEach(
          (own: number) => {
            const random = randomFrom(own);
            gate.wait();
            for (let i = 0; i < rounds; i++) account.book(Math.floor(random() * 8) * 0.25);
          },
          [[seed], [seed + 1], [seed + 2], [seed + 3]],
        ),
      );
      let expected = 0;
      for (let n = 0; n < 4; n++) {
        const random = randomFrom(seed + n);
        for (let i = 0; i < rounds; i++) expected += Math.floor(random() * 8) * 0.25;
      }
      assert.equal(account.balance, expected);
      assert.equal(account.cents, BigInt(expected * 100));
      assert.equal(account.count, 4 * rounds);
      assert.equal(account.small, (4 * rounds) & 255);
      assert.deepEqual(account.log, { count: 4 * rounds });
      assert.equal(account.lock.locked(), false);
      assert.deepEqual([...arenaWords().subarray(indexOf(account), indexOf(account) + 4)], [0, 0, 0, 0]);
    });
  }
});

class Torn extends SharedStruct({
  float: "float64",
  big: "bigint64",
  text: "string",
  any: "any",
  ints: "int32",
  byte: "uint8",
}) {}

/** Values of which any mix would be seen: every word of one differs from that of the other. */
const FLOATS = [1.1111111111111112, -2.25e200];
const BIGS = [0x0123_4567_89ab_cdefn, -0x7edc_ba98_7654_3210n];
const TEXTS = ["a".repeat(3_000), "b".repeat(5_000)];

describe("values that two threads write in turn", () => {
  test("are read whole by two others: the one or the other, never a mix", async () => {
    const torn = new Torn({ float: FLOATS[0], big: BIGS[0], text: TEXTS[0], any: [0, 0, 0], ints: 0 });
    const stop = new SharedBoolean();
    const seen = new SharedInt32();
    const [floats, bigs, texts] = [FLOATS, BIGS, TEXTS];
    const write = () => {
      for (let i = 0; i < 15_000; i++) {
        const n = i & 1;
        torn.float = floats[n];
        torn.big = bigs[n];
        torn.text = texts[n];
        torn.any = n === 0 ? [i, i, i] : `${i}:${i}`;
        torn.byte = n * 255;
        torn.ints = -n;
      }
      stop.value = true;
    };
    const read = () => {
      const bad = (what: string, value: unknown) => new Error(`${what}: ${String(value).slice(0, 60)}`);
      let whole = 0;
      while (!stop.value || whole === 0) {
        const { float, big, text, any, byte, ints } = torn;
        if (!floats.includes(float)) throw bad("float64", float);
        if (!bigs.includes(big)) throw bad("bigint64", big);
        if (!texts.includes(text)) throw bad("string", `${text.length} characters ${text}`);
        const parts = typeof any === "string" ? any.split(":") : (any as unknown[]);
        if (parts.some((part) => part !== parts[0])) throw bad("any", parts);
        if (byte !== 0 && byte !== 255) throw bad("uint8", byte);
        if (ints !== 0 && ints !== -1) throw bad("int32", ints);
        whole++;
      }
      seen.add(whole);
    };
    const writers = startEach(write, [[], []]);
    await joinAll([...startEach(read, [[], []]), ...writers]);
    assert.ok(seen.value > 0);
    assert.equal(arenaWords()[indexOf(torn)], 0);
  });

  test("beside each other don't disturb: a field for each thread counts exactly", async () => {
    const Row = SharedStruct({ a: "uint8", b: "int8", c: "uint16", d: "int16" });
    const row = new Row();
    await joinAll(
      startEach(
        (name: "a" | "b" | "c" | "d") => {
          for (let i = 0; i < 100_000; i++) row[name] = (row[name] + 1) % 100;
          row[name] += 1;
        },
        (["a", "b", "c", "d"] as const).map((name) => [name] as const),
      ),
    );
    assert.deepEqual(row.toJSON(), { a: 1, b: 1, c: 1, d: 1 });
  });
});

describe("instances that threads make, hand on and drop", () => {
  test("are whole wherever they come, with their class", async () => {
    class Item extends SharedStruct({ n: "int32", twice: "int32", lock: RLock, next: "any" }) {
      get isWhole(): boolean {
        return this.twice === 2 * this.n && this.lock.with(() => true);
      }
    }
    const slots = Array.from({ length: 4 }, () => new Item());
    const checked = new SharedInt32();
    await joinAll(
      startEach(
        (own: number) => {
          const random = randomFrom(own);
          for (let i = 0; i < 3_000; i++) {
            const slot = slots[Math.floor(random() * 4)];
            if (random() < 0.5) slot.next = new Item({ n: i, twice: 2 * i });
            else if (slot.next !== undefined) {
              const item = slot.next;
              if (!(item instanceof Item) || !item.isWhole) throw new Error(`not whole: ${item}`);
              checked.add(1);
            }
          }
        },
        [11, 12, 13, 14].map((own) => [own] as const),
      ),
    );
    assert.ok(checked.value > 1_000);
  });
});
