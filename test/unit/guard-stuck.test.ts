/** A guard whose holder is dead: whoever waits for it says so, in whatever moment the holder got it. */
import assert from "node:assert/strict";
import { test } from "node:test";

/** Spins before a waiter sleeps, and then some: in all of these looks the guard seems to be free. */
const LOOKS = 300;
/** Sleeps of 0.05 ms that make many times the time after which a guard counts as stuck. */
const SLEEPS = 20_000;

let looks = 0;
let sleeps = 0;
const { load, wait } = Atomics;
// Before anything is imported that takes the operations from there.
Atomics.load = ((words: Int32Array, at: number) =>
  looks++ < LOOKS ? 0 : load(words, at)) as typeof Atomics.load;
Atomics.wait = ((words: Int32Array, at: number, value: number, timeout?: number) => {
  if (sleeps++ > SLEEPS) throw new Error("it sleeps and sleeps");
  return wait(words, at, value, timeout);
}) as typeof Atomics.wait;

test("a guard is found stuck although it was lost to its holder in the very last spin", async () => {
  const { enter, guardToken, onStuck } = await import("../../src/memory/guard.ts");
  const words = new Int32Array(new SharedArrayBuffer(4));
  words[0] = 99;
  onStuck(() => {
    words[0] = 0;
  });
  enter(words, 0);
  assert.equal(words[0], guardToken());
});
