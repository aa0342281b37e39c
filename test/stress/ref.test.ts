/** A SharedRef under load: histories of get, set and update are linearizable, and no update is lost. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import { SharedInt32, SharedRef } from "threadkit";
import { allocatorFaults, arenaWords, indexOf } from "../harness/arena.ts";
import { type Model, mustLinearize, type Operation } from "../harness/linearizable.ts";
import { meet } from "../harness/meet.ts";
import { freshSeed, randomFrom } from "../harness/random.ts";
import { joinAll, startEach } from "../harness/threads.ts";

type Call = [name: "get" | "set" | "update" | "failing update", value: number];

/** A value is a text: `get` and `update` return it. */
const model: Model<string, Call, string | null> = {
  initial: "",
  apply(state, [name, value]) {
    if (name === "get") return { state, result: state };
    if (name === "set") return { state: `set ${value}`, result: null };
    return name === "update"
      ? { state: `${state}+${value}`, result: `${state}+${value}` }
      : { state, result: `${state}, failed` };
  },
};

async function record(
  ref: SharedRef<string>,
  clock: SharedInt32,
  gates: Int32Array,
  out: SharedRef<unknown>,
  seed: number,
  me: number,
  rounds: number,
  each: number,
  threads: number,
): Promise<void> {
  const random = randomFrom(seed);
  const names = ["get", "get", "set", "update", "update", "failing update"] as const;
  const awaits = me === 0;
  const run = async ([name, value]: Call): Promise<string | null> => {
    const fn = (now: string) => {
      if (name === "failing update") throw `${now}, failed`;
      return `${now}+${value}`;
    };
    if (name === "get") return ref.get();
    if (name === "set") {
      if (awaits) await ref.setAsync(`set ${value}`);
      else ref.set(`set ${value}`);
      return null;
    }
    try {
      return awaits ? await ref.updateAsync(fn) : ref.update(fn);
    } catch (error) {
      if (typeof error !== "string") throw error;
      return error;
    }
  };
  const histories: Operation<Call, string | null>[][] = [];
  for (let round = 0; round < rounds; round++) {
    if (me === 0) ref.set("");
    meet(gates, 2 * round, threads);
    const history: Operation<Call, string | null>[] = [];
    for (let i = 0; i < each; i++) {
      const call: Call = [names[Math.floor(random() * names.length)], Math.floor(random() * 9)];
      const called = clock.add(1);
      const result = await run(call);
      history.push({ call, called, returned: clock.add(1), result, thread: me });
    }
    histories.push(history);
    meet(gates, 2 * round + 1, threads);
  }
  out.set(histories);
}

describe("a SharedRef under load", { concurrency: false }, () => {
  test("is linearizable, in 150 histories of 3 threads, one of them awaiting", async (t) => {
    const seed = freshSeed();
    t.diagnostic(`seed ${seed}`);
    const [rounds, each, threads] = [150, 5, 3];
    const [ref, clock] = [new SharedRef(""), new SharedInt32()];
    const gates = new Int32Array(new SharedArrayBuffer(8 * rounds));
    const outs = Array.from({ length: threads }, () => new SharedRef<unknown>(null));
    await joinAll(
      startEach(
        record,
        outs.map((out, me) => [ref, clock, gates, out, seed + me, me, rounds, each, threads] as const),
      ),
    );
    const all = outs.map((out) => out.get() as Operation<Call, string | null>[][]);
    for (let round = 0; round < rounds; round++)
      mustLinearize(
        all.flatMap((histories) => histories[round]),
        model,
        `seed ${seed}, round ${round}`,
      );
  });

  test("keeps every update, blocking and awaiting, and tears no value", async () => {
    const ref = new SharedRef({ n: 0, text: "0" });
    const EACH = 1_500;
    await joinAll(
      startEach(
        async (r: typeof ref, each: number, awaits: boolean) => {
          const next = ({ n, text }: { n: number; text: string }) => {
            if (String(n) !== text) throw new Error(`torn: ${n} and ${text}`);
            return { n: n + 1, text: String(n + 1) };
          };
          for (let i = 0; i < each; i++) {
            if (awaits) await r.updateAsync(next);
            else r.update(next);
          }
        },
        [0, 1, 2, 3].map((i) => [ref, EACH, i === 3] as const),
      ),
    );
    assert.deepEqual(ref.get(), { n: 4 * EACH, text: String(4 * EACH) });
    const at = indexOf(ref);
    assert.deepEqual([...arenaWords().slice(at, at + 4)], [0, 0, 0, 0], "lock, guard and line are free");
    assert.deepEqual(allocatorFaults(), []);
  });
});
