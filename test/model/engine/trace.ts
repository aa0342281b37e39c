/**
 * Schedules as text: "A12 B5 B!1 A3" is twelve steps of A, five of B, one by which B's timed wait ends, three of A.
 * Each run of the same thread is one word, so a bug reads as the switches that it needs.
 */
import { type Option, run } from "./explore.ts";
import { letter, type World } from "./world.ts";

export function formatSchedule(picks: readonly Option[]): string {
  const words: string[] = [];
  for (let i = 0, length = 1; i < picks.length; i += length) {
    length = 1;
    while (picks[i + length] === picks[i]) length++;
    words.push(`${letter(picks[i] >> 1)}${picks[i] & 1 ? "!" : ""}${length}`);
  }
  return words.join(" ");
}

export function parseSchedule(text: string): Option[] {
  return text.split(" ").flatMap((word) => {
    const parts = /^([A-Z])(!?)(\d+)$/.exec(word);
    if (parts === null)
      throw new Error(`cannot read "${word}" in the schedule: it is not of the form A12 or A!1`);
    const option = (parts[1].charCodeAt(0) - 65) * 2 + (parts[2] === "" ? 0 : 1);
    return new Array<Option>(Number(parts[3])).fill(option);
  });
}

/** Runs a schedule again and tells each step: thread, operation, word by name, values, result. */
export function replay(world: World, schedule: string): { what: string | undefined; trace: string } {
  const picks = parseSchedule(schedule);
  const lines: string[] = [];
  world.machine.onStep = (thread, { operation, at, first, second }, result) => {
    const list = [at === 0 ? undefined : world.nameOf(at), first, second].filter(
      (word) => word !== undefined,
    );
    const back = result === undefined ? "" : ` → ${String(result)}`;
    lines.push(`${letter(thread)}  ${operation} ${list.join(", ")}${back}`);
  };
  try {
    let step = 0;
    const { what } = run(world, (options) => {
      if (step === picks.length) throw new Error("the schedule ends before the threads do");
      if (!options.includes(picks[step]))
        throw new Error(`the schedule does not fit the code any more: step ${step + 1} is not possible`);
      return picks[step++];
    });
    return { what, trace: lines.join("\n") };
  } finally {
    world.machine.onStep = undefined;
  }
}
