/**
 * What `capture/` and `transfer/` agree on: how a function looks while it travels.
 *
 * `transfer/encode` walks a value. When it meets a function it asks a `FunctionLifter` (capture/plan) for its
 * image; the captured values in the image are walked like any other value, so identity holds across a whole
 * message. `transfer/decode` hands the image to a `FunctionBuilder` (capture/rebuild) on the other side.
 */

/** The code of one function, class or method, as it travels. Equal `key`: equal text, so threads cache by it. */
export interface Unit {
  readonly key: string;
  /** Original file as a `file:` URL (or the name that the script was compiled under). */
  readonly file: string;
  /** The source as V8 compiled it, ready to stand in an expression position. */
  readonly text: string;
  /** Zero-based position of `text` in the original file. */
  readonly line: number;
  readonly column: number;
  readonly isClass: boolean;
  /** A method shorthand: `text` stands inside an object literal, or is its whole text. */
  readonly isMethod: boolean;
  readonly strict: boolean;
  /** Names of the captured bindings, in the order of `FunctionImage.captures`. */
  readonly names: readonly string[];
  /** Where `text` begins in the file as it was compiled; told only if coverage is collected. */
  readonly offset?: number;
  /** Per captured import that may be a live binding: where it is read. [name index, offset, isShorthand 0|1]. */
  readonly importReads: readonly (readonly [number, number, number])[];
  /** What the function's `name` is to be; the text alone may not tell. */
  readonly name?: string;
  /** Compiled and original positions of its places, where a loader changed the text: see capture/stacks. */
  readonly originals?: readonly number[];
  /** The URL of the file in which those stand, where it is another one. */
  readonly originalFile?: string;
  /** The names that every thread looks up by itself: [name index, reference]. */
  readonly references?: readonly (readonly [number, Reference])[];
  /** The code is in a module that a tool has made, and `text` is empty. */
  readonly slice?: Slice;
}

/** What a tool knows of one function or class. Places are those of the original file. */
export interface LiftedUnit {
  /** As people name it: a path from the root of the project. */
  readonly file: string;
  /** Zero-based. */
  readonly line: number;
  readonly column: number;
  /** Undefined: the one that it has. */
  readonly name?: string;
  readonly isClass?: boolean;
  readonly strict?: boolean;
  /** Captured bindings, in the order in which `values` gives them, and where each is used first: `12:5`. */
  readonly names: readonly string[];
  readonly at: readonly string[];
  /** Imported names that it uses, in the order of `imports`. */
  readonly imports?: readonly string[];
  /** Captured bindings that are assigned again somewhere: a later start may find other values. */
  readonly changing?: boolean;
  /** Indices of captured bindings that can't be undefined once their declaration has run. */
  readonly sure?: readonly number[];
  /** Why it can't run elsewhere: thing, fact, advice. */
  readonly refusal?: readonly [thing: string, fact: string, advice: string];
  /** Changes of what a binding holds: its index, the place, the path from the binding (null: computed). */
  readonly changes?: readonly (readonly [index: number, at: string, path: readonly (string | null)[]])[];
  /** A class that extends the result of an expression. */
  readonly base?: boolean;
}

/** Where code stands that a tool has put into a module: see capture/lifted. */
export interface Slice {
  readonly url: string;
  readonly index: number;
  /** Imported names that travel by value; they are the last of the unit's names. */
  readonly byValue: readonly string[];
  /** What the tool knows of it, for a thread that sends it on. */
  readonly unit: LiftedUnit;
}

export interface ImportReference {
  readonly type: "import";
  readonly file: string;
  readonly specifier: string;
  readonly name: string;
  readonly attributes?: Record<string, string>;
  /** Its module comes from what a tool compiled: the text block that says what, see capture/tools/. */
  readonly modules?: number;
}

/** A value that is looked up in the thread and not copied. */
export type Reference =
  | ImportReference
  | {
      readonly type: "require";
      readonly file: string;
      readonly specifier: string;
      readonly name?: string;
      /** How a compiler's helper looks at the module: `__toESM` (`node`: with its second argument), `__importDefault`. */
      readonly interop?: "esbuild" | "node" | "default";
      readonly modules?: number;
    }
  | { readonly type: "cjs"; readonly file: string; readonly name: string; readonly modules?: number }
  | { readonly type: "global"; readonly path: readonly string[] }
  /** What this library exports: every thread has it already, without an import. */
  | { readonly type: "library"; readonly name: string };

/** A slice as what is to be imported before a message is decoded. */
export function sliceReference({ url }: { readonly url: string }): ImportReference {
  return { type: "import", file: "", specifier: url, name: "*" };
}

/** Marks a `Reference` among captured values, so that no user object is taken for one. */
export class Symbolic {
  readonly reference: Reference;
  constructor(reference: Reference) {
    this.reference = reference;
  }
}

export interface FunctionImage {
  readonly unit: Unit;
  /** Live values (or `Symbolic`) of the captured bindings. */
  readonly captures: readonly unknown[];
  /** For refusals: how to name each captured value, e.g. `captured 'cfg' (demo.ts:3:9)`. */
  readonly labels: readonly string[];
  /** Own properties to put back on it: what users set on a function, current public static fields of a class. */
  readonly own: readonly (readonly [string, unknown])[];
}

/** A function that describes itself, since its text is the library's own: called without arguments it gives the image. */
export const kImage: unique symbol = Symbol("threadkit.image");

export interface FunctionLifter {
  /** Image of `fn`, or how to look it up; throws `CaptureError`. `label` names the way to it. */
  lift(fn: (...args: never[]) => unknown, label: string): FunctionImage | Symbolic;
  /** What travels for `fn`: another function that stands for the same code, or itself. */
  canonical?(fn: (...args: never[]) => unknown): (...args: never[]) => unknown;
  /** A reference for an object that every thread has by itself (`Math`, `process`, a builtin module), or undefined. */
  wellKnown(value: object): Symbolic | undefined;
}

/** A function under construction: cyclic captures are filled in after the function itself exists. */
export interface Shell {
  /** Set at once for functions; for classes only `finish` yields it. */
  readonly value: unknown;
  /** Late change of one captured binding, for a cycle through a class. */
  set(index: number, value: unknown): void;
  finish(captures: readonly unknown[]): unknown;
}

export interface FunctionBuilder {
  begin(unit: Unit): Shell;
  /** All imports of a message were awaited before decoding starts, so this is synchronous. */
  resolve(reference: Reference): unknown;
}
