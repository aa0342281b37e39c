/** The tests of one file of models: each holds on the code as it is, and seeded bugs are found. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MUTANTS } from "../mutants.ts";
import { bundle } from "./bundle.ts";
import { explore, type Finding } from "./explore.ts";
import { replay } from "./trace.ts";
import { modelsOf, World } from "./world.ts";

/** Preemptions. Two threads have so few schedules that a third one is cheap. */
const BOUND = 2;
const BOUND_OF_TWO = 3;
/** Random schedules beyond the bound. */
const RANDOM = 300;
const SEED = 20_260_101;

const boundOf = ({ size }: World) => (size === 2 ? BOUND_OF_TWO : BOUND);

/** The first model that fails, the cheap schedules of all of them first. */
function firstFailure(
  text: string,
  names: readonly string[],
): { name: string; finding: Finding } | undefined {
  const worlds = names.map((name) => ({ name, world: new World(text, name) }));
  for (let bound = 0; bound <= BOUND_OF_TWO; bound++) {
    for (const { name, world } of worlds) {
      if (bound > boundOf(world)) continue;
      const { finding } = explore(world, { bound, from: bound });
      if (finding !== undefined) return { name, finding };
    }
  }
  return undefined;
}

/** The same failure again, in a world of its own. */
function told(text: string, name: string, { what, schedule }: Finding): string {
  const again = replay(new World(text, name), schedule);
  assert.equal(again.what, what, `the schedule ${schedule} leads elsewhere the second time`);
  return `${what}\nmodel ${name}, schedule "${schedule}"\n${again.trace}`;
}

/** `file` below test/model/models, without its ending. */
export async function testModels(file: string): Promise<void> {
  const text = await bundle(file);
  const names = modelsOf(text);
  describe(`models of ${file}`, () => {
    for (const name of names) {
      test(`${name} holds in all schedules`, (t) => {
        const world = new World(text, name);
        const report = explore(world, { bound: boundOf(world), random: RANDOM, seed: SEED });
        if (report.finding !== undefined) assert.fail(told(text, name, report.finding));
        const { schedules, steps, states, ms } = report;
        t.diagnostic(
          `${name}: ${schedules} schedules, ${steps} steps, ${states} states, ${Math.round(ms)} ms`,
        );
        assert.ok(schedules > 1, "there is more than one schedule");
      });
    }
  });
  describe(`seeded bugs, found by the models of ${file}`, () => {
    for (const mutant of MUTANTS.filter(({ models }) => models === file)) {
      test(mutant.bug, async (t) => {
        const mutated = await bundle(file, [mutant]);
        const found = firstFailure(mutated, names);
        if (found === undefined) assert.fail("no model fails");
        told(mutated, found.name, found.finding);
        t.diagnostic(`${found.name}: ${found.finding.what}, schedule "${found.finding.schedule}"`);
      });
    }
  });
}
