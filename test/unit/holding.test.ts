/** Main holds the process as long as threads live, and until it has read what they told it last. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { looks } from "../harness/looks.ts";
import "../harness/watchdog.ts";

const log: string[] = [];
globalThis.setInterval = (() => ({
  ref: () => log.push("held"),
  unref: () => log.push("let go"),
})) as unknown as typeof setInterval;

test("what the last thread tells between main's look at its inbox and its look at the count is read first", async () => {
  const arena = await import("../../src/memory/arena.ts");
  const { H_LIVE } = await import("../../src/memory/layout.ts");
  const { R_INBOX } = await import("../../src/parking/layout.ts");
  const { onMail } = await import("../../src/parking/park-async.ts");
  const { ring } = await import("../../src/parking/queue.ts");
  const { here } = await import("../../src/parking/realm.ts");
  const { holdForThreads } = await import("../../src/threading/exit.ts");
  const { postMail } = await import("../../src/threading/post.ts");

  here();
  arena.words[H_LIVE] = 1;
  holdForThreads();
  onMail(() => log.push("read"));
  looks.before = (at) => {
    if (at !== H_LIVE) return;
    looks.before = undefined;
    postMail(here(), R_INBOX, 0, 0);
    arena.words[H_LIVE] = 0;
  };
  ring(here());
  for (let turns = 0; turns < 1000 && log.length < 3; turns++)
    await new Promise((resolve) => setTimeout(resolve, 1));
  assert.deepEqual(log, ["held", "read", "let go"]);
});
