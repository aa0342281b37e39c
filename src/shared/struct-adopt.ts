/** How instances of structs arrive in a thread, and what is given back when nobody has them any more. */
import { onDispose, release } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { adoptAs, defineOpener, handleAt, type SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { defineRobust } from "../parking/robust.ts";
import { leadsTo, onCrossing } from "../threading/message.ts";
import { drop } from "./cell.ts";
import { classAt, isInTheMaking, onClassesRead, type StructClass } from "./struct-class.ts";
import { OBJECTS_SHIFT, S_CELLS, S_CLASS, S_FIELDS, S_QUEUE } from "./struct-layout.ts";
import { kCross, kJoin, StructObject } from "./struct-object.ts";

/** Instances that the code of their own class mentions: they exist before it does, and get it when it is there. */
let early: StructObject[] = [];

function open(at: number): SharedObject {
  const block = cover(at)[at + S_CLASS];
  if (!isInTheMaking(block)) {
    const cls = classAt(block);
    return handleAt(at) ?? build(at, cls); // the code of the class may have mentioned it
  }
  const instance = build(at, StructObject as unknown as StructClass);
  early.push(instance);
  return instance;
}

/** Of constructors only the library's own runs. */
function build(at: number, cls: StructClass): StructObject {
  return adoptAs(at, () => Reflect.construct(StructObject, [], cls) as StructObject);
}

onClassesRead(() => {
  const waiting = early;
  early = [];
  for (const instance of waiting) StructObject[kJoin](instance);
});

defineOpener(Kind.Struct, open);
defineRobust(Kind.Struct, { queue: S_QUEUE });
leadsTo(Kind.Struct, (at) => {
  const objects = words[at + S_CELLS] >>> OBJECTS_SHIFT;
  return [words[at + S_CLASS], ...words.subarray(at + S_FIELDS, at + S_FIELDS + objects)].filter(
    (block) => block !== 0,
  );
});
onCrossing((value) => {
  if (value instanceof StructObject) StructObject[kCross](value);
});
onDispose(Kind.Struct, (at) => {
  const cells = words[at + S_CELLS] & ((1 << OBJECTS_SHIFT) - 1);
  for (let i = 0; i < cells; i++) drop(words[at + S_FIELDS + i]);
  if (words[at + S_CLASS] !== 0) release(words[at + S_CLASS]);
});
