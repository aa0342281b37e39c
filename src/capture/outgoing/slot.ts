/** What one captured name of a function stands for. */
import type { Reference } from "../../transfer/boundary.ts";
import type { Capture } from "../syntax/scopes.ts";

/** One captured name. Without `reference`, its value travels. */
export interface Slot {
  readonly name: string;
  readonly reference: Reference | undefined;
  /** Undefined for names that the text does not declare: `require` of a CommonJS module. */
  readonly capture: Capture | undefined;
  /** Where it is used first. */
  readonly at: number;
  /** It stands for what a class extends. */
  readonly isBase?: boolean;
  /** It stands for what a required module exports: see namespace.ts. */
  readonly member?: Member;
}

export type ModuleReference = Extract<Reference, { type: "import" | "require" }>;

export interface Member {
  /** The variable with the module, and its slot. */
  readonly base: string;
  readonly slot: number;
  readonly name: string;
  readonly reference: ModuleReference;
  /** How often the variable is read at all. */
  readonly uses: number;
}
