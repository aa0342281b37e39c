/** What a struct is made from, checked before anything is made. */
import { describe, typeError } from "../errors/errors.ts";
import { outgoing } from "../threading/outgoing.ts";
import { kImage } from "../transfer/boundary.ts";
import { isObject, type Layout } from "./struct-layout.ts";

/** Refuses a class whose instances would have something that other threads don't see. */
export function checkClass(leaf: { readonly name: string }): void {
  for (let cls: object = leaf; !Object.hasOwn(cls, kImage); cls = Object.getPrototypeOf(cls)) {
    const member = outgoing().ownMember(cls);
    if (member === undefined) continue;
    throw typeError(
      "INVALID_STRUCT",
      `cannot make an instance of ${leaf.name}: its member ${member} would exist in one thread only. List it in the fields of SharedStruct, or make it static.`,
    );
  }
}

/** Refuses names that are no fields, and what is no object of a field's class. Other values are checked when they are set. */
export function checkInit(name: string, { fields, byName }: Layout, init: unknown): void {
  if (init === undefined) return;
  const what = `make an instance of ${name}`;
  if (typeof init !== "object" || init === null) {
    throw typeError(
      "INVALID_VALUE",
      `cannot ${what}: the initial values are ${describe(init)}. Give an object.`,
    );
  }
  for (const key of Object.keys(init)) {
    if (byName.has(key)) continue;
    const names = fields.map((field) => field.name).join(", ");
    throw typeError(
      "INVALID_VALUE",
      `cannot ${what}: there is no field '${key}'. Its fields are ${names || "none"}.`,
    );
  }
  for (const { name: field, type } of fields) {
    const value = (init as Record<string, unknown>)[field];
    if (value === undefined || !isObject(type) || value instanceof type) continue;
    throw typeError(
      "INVALID_VALUE",
      `cannot ${what}: the field '${field}' is ${describe(value)}. Give an instance of ${type.name}.`,
    );
  }
}
