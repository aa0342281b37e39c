/** Wait queues by themselves: order, leaving from anywhere, settling, and linking anew after a death. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { allocate } from "../../src/memory/allocator.ts";
import { words } from "../../src/memory/arena.ts";
import { Kind } from "../../src/memory/layout.ts";
import {
  ASYNC,
  GIFTED,
  GONE,
  N_FLAGS,
  N_LINK,
  N_NEXT,
  N_PREV,
  N_QUEUE,
  N_REALM,
  N_STATUS,
  N_TICKET,
  NODE_WORDS,
  NOTIFIED,
  Q_HEAD,
  Q_TAIL,
  Q_TICKET,
  QUEUE_WORDS,
  R_BELL,
  R_INBOX,
  R_URGENT,
  REALM_WORDS,
  WAITING,
} from "../../src/parking/layout.ts";
import { relink } from "../../src/parking/mend-lines.ts";
import { enqueue, firstWaiting, isEmpty, post, settle, unlink, wake } from "../../src/parking/queue.ts";

let queue = 0;
const node = () => allocate(Kind.WaitNode, NODE_WORDS);

function line(): number[] {
  const nodes: number[] = [];
  for (let at = words[queue + Q_HEAD]; at !== 0; at = words[at + N_NEXT]) nodes.push(at);
  const back: number[] = [];
  for (let at = words[queue + Q_TAIL]; at !== 0; at = words[at + N_PREV]) back.unshift(at);
  assert.deepEqual(back, nodes, "the links back agree with the links forth");
  return nodes;
}

function inLine(count: number): number[] {
  const nodes = Array.from({ length: count }, node);
  for (const at of nodes) enqueue(queue, at, false);
  return nodes;
}

describe("a wait queue", () => {
  beforeEach(() => {
    queue = allocate(Kind.Lock, 1 + QUEUE_WORDS) + 1;
  });

  test("is empty at first", () => {
    assert.ok(isEmpty(queue));
    assert.equal(firstWaiting(queue), 0);
  });

  test("is first in, first out", () => {
    const nodes = inLine(4);
    assert.deepEqual(line(), nodes);
    assert.equal(firstWaiting(queue), nodes[0]);
    assert.deepEqual(
      nodes.map((at) => words[at + N_TICKET]),
      [1, 2, 3, 4],
    );
    assert.ok(!isEmpty(queue));
  });

  test("takes one in front with the ticket that it had", () => {
    const [a, b] = inLine(2);
    settle(queue, a, NOTIFIED);
    enqueue(queue, a, true);
    assert.deepEqual(line(), [a, b]);
    assert.equal(words[a + N_TICKET], 1);
    assert.equal(words[queue + Q_TICKET], 2);
  });

  for (const [where, index] of [
    ["the head", 0],
    ["the middle", 1],
    ["the tail", 2],
  ] as const) {
    test(`is left from ${where} without disorder`, () => {
      const nodes = inLine(3);
      unlink(queue, nodes[index]);
      assert.deepEqual(
        line(),
        nodes.filter((_, i) => i !== index),
      );
      assert.equal(words[nodes[index] + N_QUEUE], 0);
      unlink(queue, nodes[index]);
      assert.equal(line().length, 2, "leaving twice changes nothing");
    });
  }

  test("that the last one left has no head and no tail", () => {
    const [a] = inLine(1);
    unlink(queue, a);
    assert.equal(words[queue + Q_HEAD], 0);
    assert.equal(words[queue + Q_TAIL], 0);
  });

  test("passes over those who gave up and have not left yet", () => {
    const [a, b] = inLine(2);
    words[a + N_STATUS] = GONE;
    assert.equal(firstWaiting(queue), b);
    assert.equal(settle(queue, a, NOTIFIED), false);
    assert.deepEqual(line(), [a, b]);
  });

  test("settles a waiter once", () => {
    const [a, b] = inLine(2);
    assert.equal(settle(queue, a, GIFTED), true);
    assert.equal(words[a + N_STATUS], GIFTED);
    assert.deepEqual(line(), [b]);
    assert.equal(settle(queue, a, NOTIFIED), false);
    assert.equal(words[a + N_STATUS], GIFTED);
  });

  test("is linked anew in the order of tickets, without those who do not wait", () => {
    const nodes = inLine(5);
    words[nodes[1] + N_STATUS] = GONE;
    words[nodes[3] + N_STATUS] = NOTIFIED;
    // Links as a death in the middle could leave them.
    words[queue + Q_HEAD] = nodes[4];
    words[nodes[4] + N_NEXT] = nodes[0];
    words[queue + Q_TAIL] = 0;
    relink(queue);
    assert.deepEqual(line(), [nodes[0], nodes[2], nodes[4]]);
  });

  test("is linked anew with one in front whose ticket is older", () => {
    const [a, b, c] = inLine(3);
    settle(queue, a, NOTIFIED);
    enqueue(queue, a, true);
    words[queue + Q_HEAD] = 0;
    relink(queue);
    assert.deepEqual(line(), [a, b, c]);
  });

  test("is linked anew in order across the wrap-around of tickets", () => {
    words[queue + Q_TICKET] = 0x7ffffffe;
    const nodes = inLine(4);
    relink(queue);
    assert.deepEqual(line(), nodes);
  });

  test("is linked anew without the nodes of other queues", () => {
    const [a] = inLine(1);
    const other = allocate(Kind.Lock, 1 + QUEUE_WORDS) + 1;
    const stranger = node();
    enqueue(other, stranger, false);
    relink(queue);
    assert.deepEqual(line(), [a]);
    assert.equal(words[other + Q_HEAD], stranger);
  });
});

describe("a realm's inbox", () => {
  test("takes the nodes of promises that were woken, newest first, and its bell rings once for those that come before they are read", () => {
    const realm = allocate(Kind.Realm, REALM_WORDS);
    const nodes = [node(), node()];
    for (const at of nodes) {
      words[at + N_REALM] = realm;
      words[at + N_FLAGS] = ASYNC;
      words[at + N_STATUS] = NOTIFIED;
      wake(at);
    }
    assert.equal(words[realm + R_INBOX], nodes[1]);
    assert.equal(words[nodes[1] + N_LINK], nodes[0]);
    assert.equal(words[nodes[0] + N_LINK], 0);
    assert.equal(words[realm + R_BELL], 1);
  });

  test("is not touched when a parked thread is woken", () => {
    const realm = allocate(Kind.Realm, REALM_WORDS);
    const at = node();
    words[at + N_REALM] = realm;
    words[at + N_STATUS] = NOTIFIED;
    wake(at);
    assert.equal(words[realm + R_INBOX], 0);
    assert.equal(words[realm + R_BELL], 0);
  });

  test("is another stack than urgent mail", () => {
    const realm = allocate(Kind.Realm, REALM_WORDS);
    const mail = allocate(Kind.Mail, 8);
    post(realm, R_URGENT, mail);
    assert.equal(words[realm + R_URGENT], mail);
    assert.equal(words[realm + R_INBOX], 0);
    assert.equal(words[realm + R_BELL], 1);
  });

  test("waits in line as WAITING, the state that only a waker or the waiter may end", () => {
    queue = allocate(Kind.Lock, 1 + QUEUE_WORDS) + 1;
    const [a] = inLine(1);
    assert.equal(words[a + N_STATUS], WAITING);
    assert.equal(words[a + N_QUEUE], queue);
  });
});
