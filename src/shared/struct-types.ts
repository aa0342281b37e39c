/** What the fields of a `SharedStruct` may be, and what they are to TypeScript. */
import type { SharedObject } from "../memory/handle.ts";

/** A class of this library, or one made with `SharedStruct`. */
export type SharedClass = abstract new (...args: never[]) => SharedObject;

/** The type of a field of a `SharedStruct`. */
export type FieldType =
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "float32"
  | "float64"
  | "bigint64"
  | "boolean"
  | "string"
  | "any"
  | SharedClass;

/** The fields of a `SharedStruct`, by name. */
export type Fields = Readonly<Record<string, FieldType>>;

/** What a field of that type holds. */
export type FieldValue<T extends FieldType> = T extends SharedClass
  ? InstanceType<T>
  : T extends "bigint64"
    ? bigint
    : T extends "boolean"
      ? boolean
      : T extends "string"
        ? string
        : T extends "any"
          ? unknown
          : number;

type ObjectNames<F extends Fields> = {
  [K in keyof F]: F[K] extends SharedClass ? K : never;
}[keyof F];

/** The values of those fields; shared objects are there for good. */
export type Values<F extends Fields> = {
  -readonly [K in Exclude<keyof F, ObjectNames<F>>]: FieldValue<F[K]>;
} & {
  readonly [K in ObjectNames<F>]: FieldValue<F[K]>;
};

/** What every instance of a struct has besides its fields. */
export interface StructMethods extends SharedObject {
  /** The fields and their values, as a plain object. */
  toJSON(): Record<string, unknown>;
}

/** What `SharedStruct(fields)` gives: a class to make instances of, or to extend. */
export type StructConstructor<F extends Fields> = new (
  init?: Partial<Values<F>>,
) => Values<F> & StructMethods;
