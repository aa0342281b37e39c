/** How instances of structs arrive in a thread, and what is given back when nobody has them any more. */
import { onDispose } from "../memory/allocator.ts";
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
  early = early.filter((instance) => !StructObject[kJoin](instance));
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
/** What structs that are being given back referred to. Not by recursion: they may be a list of a million nodes. */
let doomed: number[] | undefined;

onDispose(Kind.Struct, (at) => {
  const cells = words[at + S_CELLS] & ((1 << OBJECTS_SHIFT) - 1);
  const owned = [words[at + S_CLASS], ...words.subarray(at + S_FIELDS, at + S_FIELDS + cells)];
  if (doomed !== undefined) {
    doomed.push(...owned);
    return;
  }
  doomed = owned;
  try {
    for (let cell = doomed.pop(); cell !== undefined; cell = doomed.pop()) drop(cell);
  } finally {
    doomed = undefined;
  }
});
