import type { Mutant } from "./engine/bundle.ts";
export const MUTANTS: Mutant[] = [];
