/** The doorbell: whatever moment something is pushed at, it is read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { looks } from "../harness/looks.ts";
import "../harness/watchdog.ts";

test("mail that comes while the doorbell is armed for the first time is read", async () => {
  const { R_INBOX } = await import("../../src/parking/layout.ts");
  const { listen, onMail } = await import("../../src/parking/park-async.ts");
  const { here } = await import("../../src/parking/realm.ts");
  const { postMail } = await import("../../src/threading/post.ts");
  const read: number[] = [];
  onMail((mail) => read.push(mail));
  const inbox = here() + R_INBOX;
  looks.after = (at) => {
    if (at !== inbox) return;
    looks.after = undefined;
    postMail(here(), R_INBOX, 0, 0);
  };
  listen();
  for (let turns = 0; turns < 10 && read.length === 0; turns++)
    await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(read.length, 1);
});
