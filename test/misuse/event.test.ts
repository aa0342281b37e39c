/** Wrong calls of an Event. None may have had an effect: the object is looked at in the end. */
import assert from "node:assert/strict";
import { after } from "node:test";
import "../harness/watchdog.ts";
import { Event } from "threadkit";
import { eventWords, quiet } from "../harness/words.ts";
import { table, waitRows } from "./rows.ts";

const event = new Event();
const set = new Event();
set.set();

table(
  "wrong calls of an Event",
  [event, set].flatMap((event) =>
    waitRows(
      `${event.isSet() ? "set" : "clear"}.wait`,
      "waitAsync",
      "wait for the event",
      (options) => event.wait(options),
      (options) => event.waitAsync(options),
    ),
  ),
);

after(() => assert.deepEqual([eventWords(event), eventWords(set)], [quiet(0), quiet(2)]));
