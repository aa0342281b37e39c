/** How instances of structs arrive in a thread, and what is given back when nobody has them any more. */
import { onDispose } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { adoptAs, defineOpener, handleAt, type SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { defineRobust } from "../parking/robust.ts";
import { leadsTo, onCrossing } from "../threading/message.ts";
import { drop } from "./cell.ts";
import { classAt, isInTheMaking, onClassesRead, type StructClass } from "./struct-class.ts";
import { cellsIn, objectsIn, S_CLASS, S_COUNTS, S_FIELDS, S_QUEUE } from "./struct-layout.ts";
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
  early = early.filter((instance) => !StructObject[kJoin](instance));
});

defineOpener(Kind.Struct, open);
defineRobust(Kind.Struct, { queue: S_QUEUE });
leadsTo(Kind.Struct, (at) => {
  const objects = objectsIn(words[at + S_COUNTS]);
  return [words[at + S_CLASS], ...words.subarray(at + S_FIELDS, at + S_FIELDS + objects)].filter(
    (block) => block !== 0,
  );
});
onCrossing((value) => {
  if (value instanceof StructObject) StructObject[kCross](value);
});

onDispose(Kind.Struct, (at) => {
  drop(words[at + S_CLASS]);
  const end = at + S_FIELDS + cellsIn(words[at + S_COUNTS]);
  for (let cell = at + S_FIELDS; cell < end; cell++) drop(words[cell]);
});
