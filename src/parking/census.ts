/** Who waits for what, read from shared memory: for the state dump of a hang. */
import { load } from "#atomics";
import { eachBlock } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { H_GUARD, H_LIVE, H_OUTPUT_GUARD, H_REGISTRY_GUARD, isThread, Kind } from "../memory/layout.ts";
import {
  ASYNC,
  N_FLAGS,
  N_IDENT,
  N_QUEUE,
  N_STATUS,
  Q_GUARD,
  R_CARRIER,
  R_NODE,
  R_THREAD,
  T_FLAGS,
  T_IDENT,
  T_STATE,
  WAITING,
} from "./layout.ts";
import { robustOf } from "./robust.ts";

const KINDS = Object.fromEntries(Object.entries(Kind).map(([name, kind]) => [kind, name]));

/** Every thread, every wait and every guard that is held, a line each. */
export function dumpState(): string {
  const lines = [`threadkit state: ${load(words, H_LIVE)} live threads that the process waits for`];
  for (const [name, guard] of [
    ["allocator", H_GUARD],
    ["registry", H_REGISTRY_GUARD],
    ["output", H_OUTPUT_GUARD],
  ] as const) {
    if (load(words, guard) !== 0) lines.push(`  guard of the ${name} held by realm ${load(words, guard)}`);
  }
  const objects: [number, number, string][] = [];
  eachBlock((at, kind) => {
    const robust = robustOf(kind);
    if (robust !== undefined) objects.push([at, at + robust.queue, KINDS[kind]]);
  });
  eachBlock((at, kind) => {
    if (isThread(kind)) {
      lines.push(
        `  thread ${words[at + T_IDENT]} at ${at}: state ${load(words, at + T_STATE)}, flags ${words[at + T_FLAGS]}`,
      );
    } else if (kind === Kind.Realm) {
      lines.push(
        `  realm ${at}: thread block ${words[at + R_THREAD]}, carrier state ${words[at + R_CARRIER]}`,
      );
    }
    const node = kind === Kind.WaitNode ? at : kind === Kind.Realm ? at + R_NODE : 0;
    if (node !== 0 && load(words, node + N_STATUS) === WAITING) {
      const [place, , name] = objects.find(([, queue]) => queue === words[node + N_QUEUE]) ?? [
        0,
        0,
        "nothing (asleep)",
      ];
      lines.push(
        `    thread ${words[node + N_IDENT]} ${words[node + N_FLAGS] & ASYNC ? "awaits" : "is parked on"} ${name} ${place}: word ${words[place]}`,
      );
    }
  });
  for (const [at, queue, name] of objects) {
    if (load(words, queue + Q_GUARD) !== 0)
      lines.push(`  guard of ${name} ${at} held by realm ${load(words, queue + Q_GUARD)}`);
  }
  return `${lines.join("\n")}\n`;
}
