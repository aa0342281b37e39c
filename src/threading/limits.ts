/** Limits of a worker's heap: refused where no worker could boot with them. */
import { describe, rangeError, typeError } from "../errors/errors.ts";

const LIMITS = ["maxYoungGenerationSizeMb", "maxOldGenerationSizeMb", "codeRangeSizeMb", "stackSizeMb"];

/** MiB of old generation. With 3 no worker boots on any Node; with 2, from Node 22 on, V8 ends the whole process. */
const LEAST_HEAP = 4;

export function checkLimits(limits: unknown, verb: string): void {
  if (limits === undefined) return;
  const what = `cannot ${verb}: resourceLimits`;
  if (typeof limits !== "object" || limits === null)
    throw typeError("INVALID_OPTIONS", `${what} is ${describe(limits)}. Give an object with limits in MiB.`);
  for (const [key, value] of Object.entries(limits)) {
    if (!LIMITS.includes(key))
      throw typeError("INVALID_OPTIONS", `${what}.${key} is not known. Use ${LIMITS.join(", ")}.`);
    if (value !== undefined && !(typeof value === "number" && value > 0))
      throw rangeError(
        "INVALID_OPTIONS",
        `${what}.${key} is ${describe(value)}. Give a number of MiB above 0.`,
      );
    if (key === "maxOldGenerationSizeMb" && value < LEAST_HEAP)
      throw rangeError(
        "INVALID_OPTIONS",
        `${what}.${key} is ${value}, and no worker can boot with that. Give at least ${LEAST_HEAP} MiB.`,
      );
  }
}
