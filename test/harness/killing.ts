/** Killing threads in tests, for real, and waiting until the supervisor has looked after it. */
import { captured, runScript } from "./child.ts";
import { LONG_CHILD } from "./delays.ts";

/**
 * What the scripts of kill tests begin with: `kill(threads, begin)` kills one at a random moment, waits until it has
 * ended while `mend` is called, and puts a new one in its place; `finish` joins what is left.
 */
const PRELUDE = `
import { randomFrom } from "../../test/harness/random.ts";
import * as words from "../../test/harness/words.ts";
import { inspect } from "node:util";
import { activeCount, sleep, sleepAsync, SharedBoolean, SharedInt32, Thread } from "threadkit";

const [seed, kills, mix] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4].split(",")];
const random = randomFrom(seed);
const stop = new SharedBoolean();
const turns = new SharedInt32();

function joinWhile(thread: Thread, mend: () => void, when: string) {
  const end = performance.now() + 20_000;
  while (!thread.join({ timeout: 1 })) {
    mend();
    if (performance.now() > end) throw new Error(when + ": " + thread.name + " does not end, it is " + thread.state);
  }
  if (thread.exception !== undefined) throw thread.exception;
}
function killOne(threads: Thread[], begin: (index: number) => Thread, mend: () => void, n: number) {
  const which = Math.floor(random() * threads.length);
  const victim = threads[which];
  while (victim.state === "runnable") sleep(0.2);
  const wait = random() * 4;
  if (random() < 0.5) sleep(wait);
  else for (const end = performance.now() + wait; performance.now() < end; );
  victim.terminate();
  joinWhile(victim, mend, "kill " + n);
  threads[which] = begin(which);
}
function progress(mend: () => void, when: string) {
  const before = turns.value;
  const end = performance.now() + 20_000;
  while (turns.value === before) {
    mend();
    sleep(0.5);
    if (performance.now() > end) throw new Error(when + ": nobody gets on");
  }
}
/** Every death has been mended when no killed thread is listed, and the words are quiet for good. */
function settle(isQuiet: () => boolean) {
  const end = performance.now() + 10_000;
  while ((activeCount() > 1 || !isQuiet()) && performance.now() < end) sleep(2);
}
`;

/** Runs a kill script, and hands out what it printed as JSON with all that a failure needs to tell. */
export async function runKills(
  source: string,
  seed: number,
  kills: number,
  mix: string,
): Promise<{ found: unknown; where: string; ok: boolean }> {
  const result = await runScript(PRELUDE + source, {
    args: [String(seed), String(kills), mix],
    timeout: LONG_CHILD,
  });
  const where = `seed ${seed}${captured(result)}`;
  const ok = result.code === 0 && !/Exception in thread/.test(result.stderr);
  return { found: ok ? JSON.parse(result.stdout) : undefined, where, ok };
}
