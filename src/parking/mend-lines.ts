/** What wait queues are when a thread died in the middle of a step: derived anew from the nodes; see ARCHITECTURE.md. */
import { load, store } from "#atomics";
import { eachBlock } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { Kind } from "../memory/layout.ts";
import {
  ASYNC,
  GIFTED,
  N_FLAGS,
  N_QUEUE,
  N_REALM,
  N_STATUS,
  N_TICKET,
  NOTIFIED,
  Q_HEAD,
  Q_TAIL,
  R_INBOX,
  R_NODE,
  R_RESCAN,
  WAITING,
} from "./layout.ts";
import { link, ring, rouse } from "./queue.ts";

/** Links a queue anew from the nodes that wait in it. The caller stands in for a dead holder of its guard. */
export function relink(queue: number): void {
  const nodes: number[] = [];
  const collect = (node: number) => {
    // In this order: a node that waits does not change its queue while the guard is held.
    if (load(words, node + N_STATUS) === WAITING && words[node + N_QUEUE] === queue) nodes.push(node);
  };
  eachBlock((at, kind) => {
    if (kind === Kind.WaitNode) collect(at);
    else if (kind === Kind.Realm) collect(at + R_NODE);
  });
  nodes.sort((a, b) => (words[a + N_TICKET] - words[b + N_TICKET]) | 0);
  words[queue + Q_HEAD] = words[queue + Q_TAIL] = 0;
  for (const node of nodes) link(queue, node, words[queue + Q_TAIL], 0);
}

/** Tells the owners of all settled nodes again: their waker may have been killed before it did. */
export function tellSettled(): void {
  const realms = new Set<number>();
  eachBlock((at, kind) => {
    const node = kind === Kind.WaitNode ? at : kind === Kind.Realm ? at + R_NODE : 0;
    if (node === 0) return;
    const status = load(words, node + N_STATUS);
    if (status !== NOTIFIED && status !== GIFTED) return;
    if (words[node + N_FLAGS] & ASYNC) realms.add(words[node + N_REALM]);
    else rouse(words[node + N_REALM]);
  });
  for (const realm of realms) {
    store(words, realm + R_RESCAN, 1);
    ring(realm);
  }
  // Whoever pushed on an inbox may have been killed before it rang.
  eachBlock((at, kind) => {
    if (kind === Kind.Realm && load(words, at + R_INBOX) !== 0) ring(at);
  });
}
