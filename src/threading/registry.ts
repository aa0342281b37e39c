/** The list of live threads, and the names in their control blocks. */
import { add, and, load, or, sub } from "#atomics";
import { nativeThreadId } from "#host";
import { RuntimeError } from "../errors/errors.ts";
import { allocate, onDispose, release, retain } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import {
  H_IDENT,
  H_LIVE,
  H_MAIN_REALM,
  H_REGISTRY_GUARD,
  H_RELINKS,
  H_THREADS,
  Kind,
} from "../memory/layout.ts";
import { readText, storeText } from "../memory/text.ts";
import {
  N_IDENT,
  R_NODE,
  R_THREAD,
  RUNNING,
  T_CODE,
  T_EXCEPTION,
  T_FLAGS,
  T_IDENT,
  T_NAME,
  T_NATIVE,
  T_NEXT,
  T_REALM,
  T_STARTER,
  T_STATE,
  THREAD_WORDS,
} from "../parking/layout.ts";
import { ring } from "../parking/queue.ts";
import { delistFrom, here, isListed, MAIN_IDENT } from "../parking/realm.ts";
import { COUNTED, DAEMON, IS_MAIN, LISTED } from "./states.ts";

/** Control block of the thread that runs here. Main's is made at first use. */
export function currentBlock(): number {
  const realm = here();
  const thread = words[realm + R_THREAD];
  if (thread !== 0) return thread;
  if (realm === words[H_MAIN_REALM]) return (words[realm + R_THREAD] = makeMain(realm));
  throw new RuntimeError(
    "NO_THREAD",
    "cannot tell the current thread: this code runs in a worker between two threads. Finish what a thread starts before it returns.",
  );
}

export function mainBlock(): number {
  return here() === words[H_MAIN_REALM] ? currentBlock() : words[words[H_MAIN_REALM] + R_THREAD];
}

function makeMain(realm: number): number {
  const at = allocate(Kind.Thread, THREAD_WORDS);
  words[at + T_STATE] = RUNNING;
  words[at + T_IDENT] = MAIN_IDENT;
  words[at + T_NATIVE] = nativeThreadId() ?? 0;
  words[at + T_FLAGS] = IS_MAIN;
  words[at + T_REALM] = realm;
  words[realm + R_NODE + N_IDENT] = MAIN_IDENT;
  words[H_IDENT] = Math.max(words[H_IDENT], MAIN_IDENT);
  setName(at, "MainThread");
  enlist(at);
  return at;
}

/** Enters a thread in the list, with a reference for as long as it is there. */
export function enlist(at: number): void {
  const before = load(words, H_RELINKS);
  retain(at);
  or(words, at + T_FLAGS, LISTED);
  enter(words, H_REGISTRY_GUARD);
  // Lists that were linked anew meanwhile have it already, if that came after the flag.
  if (load(words, H_RELINKS) === before || !isListed(H_THREADS, T_NEXT, at)) {
    words[at + T_NEXT] = words[H_THREADS];
    words[H_THREADS] = at;
  }
  leave(words, H_REGISTRY_GUARD);
}

/** Takes it out of the list, and gives that reference back; once. */
export function delist(at: number): void {
  enter(words, H_REGISTRY_GUARD);
  const found = delistFrom(H_THREADS, T_NEXT, at);
  if (found) and(words, at + T_FLAGS, ~LISTED);
  leave(words, H_REGISTRY_GUARD);
  if (found) release(at);
}

/** Control blocks of all live threads, oldest first, each with a reference that the caller releases. */
export function liveBlocks(): number[] {
  mainBlock();
  const blocks: number[] = [];
  enter(words, H_REGISTRY_GUARD);
  for (let thread = words[H_THREADS]; thread !== 0; thread = cover(thread)[thread + T_NEXT]) {
    retain(thread);
    blocks.push(thread);
  }
  leave(words, H_REGISTRY_GUARD);
  return blocks.reverse();
}

export function setName(at: number, name: string): void {
  const fresh = storeText(name);
  enter(words, H_REGISTRY_GUARD);
  const old = cover(at)[at + T_NAME];
  words[at + T_NAME] = fresh;
  leave(words, H_REGISTRY_GUARD);
  if (old !== 0) release(old);
}

export function nameOf(at: number): string {
  enter(words, H_REGISTRY_GUARD);
  const text = cover(at)[at + T_NAME];
  if (text !== 0) retain(text);
  leave(words, H_REGISTRY_GUARD);
  if (text === 0) return "";
  const name = readText(text);
  release(text);
  return name;
}

/** Gives a thread that is about to start its ident, and the realm that answers for it until a carrier has it. */
export function identify(at: number): void {
  words[at + T_STARTER] = here();
  mainBlock(); // its ident is the first, and threads ask for it
  words[at + T_IDENT] = add(words, H_IDENT, 1) + 1;
}

/** Flags of a thread that is made here, where nothing else is said. */
export function inheritedFlags(): number {
  const maker = currentBlock();
  return words[maker + T_FLAGS] & DAEMON;
}

/** Counts a live thread that the process must wait for. */
export function count(at: number): void {
  if (cover(at)[at + T_FLAGS] & DAEMON) return;
  or(words, at + T_FLAGS, COUNTED);
  // Main's event loop holds the process while the count is above zero; it looks when its bell rings.
  if (add(words, H_LIVE, 1) === 0) ring(words[H_MAIN_REALM]);
}

/** Takes it back, once. */
export function uncount(at: number): void {
  if ((and(cover(at), at + T_FLAGS, ~COUNTED) & COUNTED) === 0) return;
  if (sub(words, H_LIVE, 1) === 1) ring(words[H_MAIN_REALM]);
}

/** What a thread's block owns. */
export function disposeThread(at: number): void {
  for (const message of [words[at + T_NAME], words[at + T_EXCEPTION], words[at + T_CODE]])
    if (message !== 0) release(message);
}
onDispose(Kind.Thread, disposeThread);
