/** An event loop that waits in microtasks gets its turn: see `hasJustTurned`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../harness/watchdog.ts";
import { R_INBOX } from "../../src/parking/layout.ts";
import { hasJustTurned, listen, onMail } from "../../src/parking/park-async.ts";
import { here } from "../../src/parking/realm.ts";
import { postMail } from "../../src/threading/post.ts";

/** Milliseconds: longer than an event loop may be kept from its turn. */
const LONG = 5;

test("a wait may end without a turn of the event loop right after one, and not for long", async () => {
  listen();
  assert.equal(hasJustTurned(), false, "it has not been told of anything yet");
  const told = new Promise<boolean>((resolve) => onMail(() => resolve(hasJustTurned())));
  postMail(here(), R_INBOX, 0, 0);
  assert.equal(await told, true);
  for (const end = performance.now() + LONG; performance.now() < end; );
  assert.equal(hasJustTurned(), false);
});
