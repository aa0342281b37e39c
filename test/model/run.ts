/**
 * Explores models by hand, or replays one schedule:
 *   npx tsx test/model/run.ts lock                          every model of models/lock.ts, bound 2
 *   npx tsx test/model/run.ts lock two 3                    one of them, bound 3
 *   npx tsx test/model/run.ts lock two "A2 B11 A10 B14"     one schedule, step by step
 *   MUTANT="part of its description" before any of these: with that seeded bug
 */
import { bundle } from "./engine/bundle.ts";
import { explore } from "./engine/explore.ts";
import { replay } from "./engine/trace.ts";
import { modelsOf, World } from "./engine/world.ts";
import { MUTANTS } from "./mutants.ts";

const [file, only, how = "2"] = process.argv.slice(2);
const wanted = process.env.MUTANT;
const mutants = wanted === undefined ? [] : MUTANTS.filter(({ bug }) => bug.includes(wanted));
for (const { bug } of mutants) console.log(`seeded bug: ${bug}`);
const text = await bundle(file, mutants);
for (const name of only === undefined ? modelsOf(text) : [only]) {
  const world = new World(text, name);
  if (how.includes(" ")) {
    const { trace, what } = replay(world, how);
    console.log(`${trace}\n${what ?? "nothing wrong"}`);
    continue;
  }
  const { schedules, steps, states, ms, finding } = explore(world, { bound: Number(how) });
  console.log(`${name}: ${schedules} schedules, ${steps} steps, ${states} states, ${ms.toFixed(0)} ms`);
  if (finding === undefined) continue;
  console.log(`${replay(world, finding.schedule).trace}\n${finding.what}\nschedule: ${finding.schedule}`);
}
