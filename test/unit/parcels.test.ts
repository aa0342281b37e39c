/** Parcels in the supervisor's store: who gets an answer may be done with it before the supervisor goes on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import { words } from "../../src/memory/arena.ts";
import { R_WAKE } from "../../src/parking/layout.ts";
import { createRealm } from "../../src/parking/realm.ts";
import { answer, forget, keep } from "../../src/worker/parcel-store.ts";

const extras = [new SharedArrayBuffer(8)];

/** All words but the one that a roused realm looks at. */
function others(realm: number): Int32Array {
  const copy = words.slice();
  copy[realm + R_WAKE] = 0;
  return copy;
}

function reader() {
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  return { port: port2, read: () => receiveMessageOnPort(port1)?.message as { extras: unknown } | undefined };
}

test("an answer changes a word of its reader's realm only, and wakes who sleeps on it", () => {
  const realm = createRealm();
  const { port, read } = reader();
  keep({ deposit: 1, extras, moves: [] });
  const before = others(realm);
  const wakes = words[realm + R_WAKE];
  answer({ fetch: 1, realm, port });
  assert.deepEqual(read()?.extras, extras);
  assert.equal(words[realm + R_WAKE], wakes + 1);
  assert.deepEqual(others(realm), before);
  forget(realm);
});

test("who asked before the parcel came is answered then, unless he is dead", () => {
  const [dead, alive] = [createRealm(), createRealm()];
  const [deadReader, aliveReader] = [reader(), reader()];
  answer({ fetch: 2, realm: dead, port: deadReader.port });
  answer({ fetch: 2, realm: alive, port: aliveReader.port });
  forget(dead);
  const wakes = [words[dead + R_WAKE], words[alive + R_WAKE]];
  keep({ deposit: 2, extras, moves: [] });
  assert.equal(deadReader.read(), undefined);
  assert.deepEqual(aliveReader.read()?.extras, extras);
  assert.deepEqual([words[dead + R_WAKE], words[alive + R_WAKE]], [wakes[0], wakes[1] + 1]);
  forget(alive);
});
