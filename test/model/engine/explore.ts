/**
 * Explores schedules depth first, with a bound on preemptions (CHESS: Musuvathi & Qadeer, "Iterative context bounding
 * for systematic testing of multithreaded programs", PLDI 2007), and by random priorities beyond it (PCT: Burckhardt
 * et al., "A randomized scheduler with probabilistic guarantees of finding bugs", ASPLOS 2010).
 *
 * 1. Run a schedule from the start: follow the choices on the stack, then always the first option.
 * 2. At each choice that is new: leave the run if its state was met before with no more preemptions.
 * 3. At its end take the last choice that has an option left. None: all is explored.
 *
 * A choice is where the running thread can't go on (free), or stands before a word that another thread uses too
 * (a preemption). Fewer preemptions first, so the first failure found is among the simplest.
 */
import { randomFrom } from "../../harness/random.ts";
import { BLOCKED, DONE, type Machine, READY } from "./machine.ts";
import { formatSchedule } from "./trace.ts";
import type { World } from "./world.ts";

/** Thread × 2, + 1 if its timed wait ends by the clock. */
export type Option = number;
/** Leaves the run: its state is known. */
const KNOWN = -1;

/** No schedule of a model is that long; one that is would never end. */
const MOST_STEPS = 5_000;

export interface Finding {
  readonly what: string;
  /** Replayable. */
  readonly schedule: string;
}

export interface Report {
  schedules: number;
  steps: number;
  states: number;
  ms: number;
  finding: Finding | undefined;
}

export interface Limits {
  /** Preemptions at most, and at least (0: all that are below too). */
  readonly bound: number;
  readonly from?: number;
  /** Random schedules after the search, and their seed. */
  readonly random?: number;
  readonly seed?: number;
}

type Choose = (options: readonly Option[], last: number) => Option;

interface Run {
  readonly known: boolean;
  readonly what: string | undefined;
  readonly picks: Option[];
}

/** Runs one schedule to its end. */
export function run(world: World, choose: Choose): Run {
  const { machine } = world;
  const picks: Option[] = [];
  const end = (what?: string, known = false): Run => ({ known, what, picks });
  let last = -1;
  try {
    world.reset();
    for (;;) {
      if (machine.race !== undefined) return end(world.explain(machine.race));
      const options = optionsOf(machine);
      if (options.length === 0) break;
      if (picks.length > MOST_STEPS) return end("it goes on for ever");
      const pick = choose(options, last);
      if (pick === KNOWN) return end(undefined, true);
      picks.push(pick);
      last = pick >> 1;
      machine.step(last, (pick & 1) === 1);
    }
    const stuck = machine.threads.flatMap(({ status }, thread) =>
      status === DONE ? [] : [world.whereIs(thread)],
    );
    if (stuck.length > 0) return end(`nobody can go on: ${stuck.join(", ")}`);
    world.check();
  } catch (error) {
    // A mistake in a model or a mutant is not a finding.
    if (error instanceof ReferenceError || error instanceof SyntaxError) throw error;
    return end(error instanceof Error ? error.message : String(error));
  }
  return end();
}

function optionsOf(machine: Machine): Option[] {
  const options: Option[] = [];
  for (const [thread, { status, deadline }] of machine.threads.entries()) {
    if (status === READY) options.push(thread * 2);
    else if (status === BLOCKED && deadline !== Number.POSITIVE_INFINITY) options.push(thread * 2 + 1);
  }
  return options;
}

export function explore(world: World, { bound, from = 0, random = 0, seed = 1 }: Limits): Report {
  const start = performance.now();
  const report: Report = { schedules: 0, steps: 0, states: 0, ms: 0, finding: undefined };
  const note = ({ what, known, picks }: Run): boolean => {
    if (!known) report.schedules++;
    report.steps += picks.length;
    if (what === undefined) return false;
    report.finding = { what, schedule: formatSchedule(picks) };
    return true;
  };
  const done = (): Report => {
    report.ms = performance.now() - start;
    return report;
  };
  for (let preemptions = from; preemptions <= bound; preemptions++) {
    // Which words are shared is learnt on the way: what was explored before a word was known to be is done again.
    do {
      world.machine.sharingGrew = false;
      const states = new Map<number, number>();
      if (search(world, preemptions, states, note)) return done();
      report.states = states.size;
    } while (world.machine.sharingGrew);
  }
  const next = randomFrom(seed);
  for (let i = 0; i < random; i++) if (note(run(world, byPriorities(world, next, bound + 1)))) return done();
  return done();
}

interface Choice {
  readonly options: readonly Option[];
  index: number;
}

/** True when a failure was found. */
function search(
  world: World,
  bound: number,
  states: Map<number, number>,
  note: (run: Run) => boolean,
): boolean {
  const { machine } = world;
  const stack: Choice[] = [];
  do {
    let depth = 0;
    let preemptions = 0;
    const choose: Choose = (options, last) => {
      const goesOn = options.includes(last * 2);
      if (goesOn && (preemptions >= bound || !machine.mayMatter(last))) return last * 2;
      const ordered = goesOn ? [last * 2, ...options.filter((option) => option >> 1 !== last)] : options;
      if (ordered.length === 1) return ordered[0];
      if (depth === stack.length) {
        const state = machine.fingerprint(last);
        const before = states.get(state);
        if (before !== undefined && before <= preemptions) return KNOWN;
        states.set(state, preemptions);
        stack.push({ options: ordered, index: 0 });
      }
      const choice = stack[depth++];
      if (goesOn && choice.index > 0) preemptions++;
      return choice.options[choice.index];
    };
    if (note(run(world, choose))) return true;
    while (stack.length > 0 && ++stack[stack.length - 1].index === stack[stack.length - 1].options.length)
      stack.pop();
  } while (stack.length > 0);
  return false;
}

/** PCT: the thread with the highest priority runs; at `changes` random steps it falls behind all others. */
function byPriorities(world: World, random: () => number, changes: number): Choose {
  const order = Array.from({ length: world.size }, (_, i) => i).sort(() => random() - 0.5);
  const at = new Set(Array.from({ length: changes }, () => Math.floor(random() * 60 * world.size)));
  let step = 0;
  return (options) => {
    const best = order.find((thread) => options.some((option) => option >> 1 === thread)) as number;
    if (at.has(step++)) {
      order.splice(order.indexOf(best), 1);
      order.push(best);
      return options.find(
        (option) => option >> 1 === order.find((t) => options.some((o) => o >> 1 === t)),
      ) as Option;
    }
    return options.find((option) => option >> 1 === best) as Option;
  };
}
