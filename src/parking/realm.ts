/** The calling realm: its block, its ident, its one blocking wait. */

import { canBlock } from "#host";
import { allocate } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { enter, leave, setGuardToken } from "../memory/guard.ts";
import { openLedger } from "../memory/handle.ts";
import { H_MAIN_REALM, H_REALMS, H_REGISTRY_GUARD, Kind } from "../memory/layout.ts";
import { N_REALM, R_LEDGER, R_NEXT, R_NODE, REALM_WORDS } from "./layout.ts";

/** The main thread's ident; others count up from it. */
export const MAIN_IDENT = 1;

/** Words that name a thread have its ident above two bits of their own. */
export const IDENT_SHIFT = 2;

/** Ident of the thread that runs here, shifted as lock words want it: read on every acquire. */
export let mine = MAIN_IDENT << IDENT_SHIFT;
export let ident = MAIN_IDENT;
export function setIdent(value: number): void {
  ident = value;
  mine = value << IDENT_SHIFT;
  for (const update of followers) update();
}

/** Runs `update` whenever the two have changed: for parts of the library, whose bundles have copies of them. */
export function follow(update: () => void): void {
  followers.push(update);
}
const followers: (() => void)[] = [];

let realm = 0;

/** Index of this realm's block. Main's is made at first use; a worker joins the one that was made for it. */
export function here(): number {
  return realm === 0 ? (realm = openMain()) : realm;
}

function openMain(): number {
  setGuardToken(1, canBlock());
  const at = createRealm();
  words[H_MAIN_REALM] = at;
  return at;
}

/** A realm block, entered in the list. */
export function createRealm(): number {
  const at = allocate(Kind.Realm, REALM_WORDS);
  words[at + R_NODE + N_REALM] = at;
  enter(words, H_REGISTRY_GUARD);
  // Who links the lists anew after a death finds the block, listed or not.
  if (!isListed(H_REALMS, R_NEXT, at)) {
    words[at + R_NEXT] = words[H_REALMS];
    words[H_REALMS] = at;
  }
  leave(words, H_REGISTRY_GUARD);
  return at;
}

/** Is the block in the list that begins at `head` and goes on by `link`? Under the registry's guard. */
export function isListed(head: number, link: number, at: number): boolean {
  for (let other = words[head]; other !== 0; other = cover(other)[other + link])
    if (other === at) return true;
  return false;
}

/** Takes the block out of that list; false if it is not in it. Under the registry's guard. */
export function delistFrom(head: number, link: number, at: number): boolean {
  let place = head;
  for (let other = words[head]; other !== 0; other = cover(other)[place]) {
    if (other !== at) {
      place = other + link;
      continue;
    }
    words[place] = cover(at)[at + link];
    return true;
  }
  return false;
}

/** Takes a realm block out of the list: there is no such realm any more, or never was. */
export function delistRealm(at: number): void {
  enter(words, H_REGISTRY_GUARD);
  delistFrom(H_REALMS, R_NEXT, at);
  leave(words, H_REGISTRY_GUARD);
}

/** A worker's first step: from here on this realm is `at`. */
export function joinRealm(at: number): void {
  cover(at);
  realm = at;
  setGuardToken(at, canBlock());
  openLedger(at + R_LEDGER);
}
