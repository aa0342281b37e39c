/** Spinning before parking: worth it only when the holder runs on another core right now. */
import { add, compareExchange, load, pause, store } from "#atomics";
import { processors } from "#host";
import { words } from "../memory/arena.ts";
import { H_LOOKOUTS, H_PUSHES, LOOKOUTS } from "../memory/layout.ts";
import { here } from "./realm.ts";

/** At most about 1 µs. A parked hand-over costs 10–60 µs, a section under contention a few hundred ns. */
const MOST = 64;
/** On one core the holder can't run while we spin. */
const enabled = processors() > 1;

/**
 * Spins while `free` says no, at most `budget` times, and returns the next budget: it follows what paid before
 * (the rule of glibc's adaptive mutex), so a lock with long sections soon stops being spun for.
 */
export function spin(free: () => boolean, budget: number): { free: boolean; budget: number } {
  if (!enabled) return { free: false, budget };
  const limit = Math.min(MOST, budget * 2 + 8);
  for (let i = 0; i < limit; i++) {
    if (free()) return { free: true, budget: budget + (i - budget) / 8 };
    pause();
  }
  return { free: false, budget: budget / 2 };
}

/** Milliseconds. A wake-up of a thread that sleeps on another core takes about as long. */
const HAND_OVER = 0.05;
/** How often in a row spinning may fail before it is given up. */
const PATIENCE = 2;
/** After how many waits it is tried again: each failure in a row doubles it, as what fails is the scheduler's placing. */
const RETRY = 32;
const RETRY_AT_MOST = 256;
/** Milliseconds from one wait to the next below which the other thread can only be on the same core. */
const QUICK = 0.2;
/** Milliseconds of a push, a little more than the scheduler takes to move one of two busy threads to an idle core. */
const PUSH = 5;
/** Milliseconds between two pushes, doubled by each that brought nothing. */
const PUSH_EVERY = 25;
const PUSH_EVERY_AT_MOST = 6400;
/** Hand-overs after which a push has paid: 10 µs saved by each. */
const PAID = 500;
/** After so many hand-overs in a row the next is worth a longer look, in milliseconds: to sleep is to lose the core. */
const STREAK = 64;
const LONG = 1;

/**
 * Spinning for a hand-over that may be due at once: a job for an idle carrier, the end of a thread. It pays only if the
 * other thread runs on another core (2.6 µs there and back, 12 parked). On the same core it keeps that thread from
 * running, and which of the two it is changes with the scheduler's mood: so it goes by what was.
 *
 * Two threads that take turns by sleeping stay on one core for ever, since each wakes where it slept while that core is
 * about to be idle. A push is one long spin, which makes both of them want to run at once: an idle core takes one.
 */
export class HandOver {
  #failures = 0;
  /** Waits until the next try, of how many, since when. */
  #pass = 0;
  #passes = RETRY / 2;
  #since = 0;
  #nextPush = 0;
  #pushEvery = PUSH_EVERY;
  #won = 0;
  #streak = 0;
  #seen = 0;
  readonly #limit: number;
  readonly #onEventLoop: boolean;

  /**
   * @param options.limit milliseconds to look for
   * @param options.onEventLoop true: an event loop waits meanwhile, so it never looks for longer. The other side pushes.
   */
  constructor({ limit = HAND_OVER, onEventLoop = false } = {}) {
    this.#limit = limit;
    this.#onEventLoop = onEventLoop;
  }

  /** Waits for `done`, for as long as a wake-up would take or not at all. */
  spin(done: () => boolean): boolean {
    if (done()) return true;
    if (!enabled) return false;
    if (this.#pass > 0 && !this.#isInvited()) {
      this.#pass--;
      return false;
    }
    const now = performance.now();
    const push = !this.#onEventLoop && this.#mayPush(now);
    const long = push ? PUSH : this.#streak > STREAK && !this.#onEventLoop ? LONG : 0;
    if (!(long > 0 ? lookOut(done, now, long, this.#limit) : spinUntil(done, now + this.#limit))) {
      this.#lost();
      return false;
    }
    this.#failures = 0;
    this.#streak++;
    if (!push && ++this.#won === PAID) {
      this.#passes = RETRY / 2;
      this.#pushEvery = PUSH_EVERY;
    }
    return true;
  }

  /** It was given up, and all those waits were over quickly: they would have been quicker still on two cores. */
  #mayPush(now: number): boolean {
    if (this.#failures < PATIENCE || now < this.#nextPush || now - this.#since > this.#passes * QUICK)
      return false;
    this.#seen = add(words, H_PUSHES, 1) + 1;
    this.#nextPush = now + this.#pushEvery;
    this.#pushEvery = Math.min(PUSH_EVERY_AT_MOST, this.#pushEvery * 2);
    this.#won = 0;
    return true;
  }

  /** Another thread has pushed: it may be on another core now, and will look out for what this one does. */
  #isInvited(): boolean {
    const pushes = load(words, H_PUSHES);
    if (pushes === this.#seen) return false;
    this.#seen = pushes;
    this.#failures = this.#pass = 0;
    return true;
  }

  #lost(): void {
    this.#streak = 0;
    if (++this.#failures < PATIENCE) return;
    this.#passes = Math.min(RETRY_AT_MOST, this.#passes * 2);
    this.#pass = this.#passes;
    this.#since = performance.now();
  }
}

const places = Math.min(LOOKOUTS, processors() - 1);

/** A long spin, if a core is left for somebody to wait for; else a short one. */
function lookOut(done: () => boolean, now: number, long: number, short: number): boolean {
  const realm = here();
  for (let place = H_LOOKOUTS; place < H_LOOKOUTS + places; place++) {
    if (compareExchange(words, place, 0, realm) !== 0) continue;
    const found = spinUntil(done, now + long);
    store(words, place, 0);
    return found;
  }
  return spinUntil(done, now + short);
}

/** The realm is dead: it looks out no more. */
export function endLookout(realm: number): void {
  for (let place = H_LOOKOUTS; place < H_LOOKOUTS + places; place++) compareExchange(words, place, realm, 0);
}

/** Looks between two at the clock, which costs as much as a few of them. */
const LOOKS = 16;

function spinUntil(done: () => boolean, end: number): boolean {
  do {
    for (let i = 0; i < LOOKS; i++) {
      if (done()) return true;
      pause();
    }
  } while (performance.now() < end);
  return false;
}
