/** The doorbell: whatever moment something is pushed at, it is read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../harness/watchdog.ts";

/** Runs between the doorbell's look at a word and what it does next: another thread, as it were. */
let meanwhile: (at: number) => void = () => {};
const { load } = Atomics;
// Before anything is imported that takes the operation from there.
Atomics.load = ((words: Int32Array, at: number) => {
  const found = load(words, at);
  meanwhile(at);
  return found;
}) as typeof Atomics.load;

test("mail that comes while the doorbell is armed for the first time is read", async () => {
  const { R_INBOX } = await import("../../src/parking/layout.ts");
  const { listen, onMail } = await import("../../src/parking/park-async.ts");
  const { here } = await import("../../src/parking/realm.ts");
  const { postMail } = await import("../../src/threading/post.ts");
  const read: number[] = [];
  onMail((mail) => read.push(mail));
  const inbox = here() + R_INBOX;
  meanwhile = (at) => {
    if (at !== inbox) return;
    meanwhile = () => {};
    postMail(here(), R_INBOX, 0, 0);
  };
  listen();
  for (let turns = 0; turns < 10 && read.length === 0; turns++)
    await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(read.length, 1);
});
