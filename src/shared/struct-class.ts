/**
 * One class in all threads: a block stands for it, and each realm has a class of its own for the block.
 *
 * A class is made ready to travel when it, or an instance of it, first crosses. The message then holds its code, and
 * that of all such classes that it leads to and that had not crossed: classes may mention each other, so that none
 * of them could be built alone. Their blocks share the message; it names them and does not hold them, for else none
 * would ever be given back.
 */

import { setClassFinder } from "../capture/incoming.ts";
import { RuntimeError } from "../errors/errors.ts";
import { kindOf, onDispose, release, retain, tryRetain } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { isSharedClass } from "../memory/classes.ts";
import { adoptAs, defineOpener, handleAt, isAdopting, kAt, SharedObject, showAs } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { nextSerial } from "../threading/attributes.ts";
import { packHeld, unpackHeld } from "../threading/held-code.ts";
import { carriesCode, onClassCrossing, packDepth } from "../threading/message.ts";
import { outgoing } from "../threading/outgoing.ts";

/**
 * The message with the code of the class.
 *
 * C_CODE   meaning              who may leave it, to what
 * 0        it has not crossed   the realm that made the block, when the class first crosses → a message
 * message  it may be anywhere   nobody
 */
const C_CODE = 0;
/** Tells it from every other, also from one that stands in the same block later. 0: it is being given back. */
const C_SERIAL = 1;
/** Digest of the layout that its instances have. */
const C_LAYOUT = 2;
const CLASS_WORDS = 3;

export type StructClass = (new () => SharedObject) & { readonly prototype: object };

/** Digest of its layout, in every class of this kind. */
export const kDigest: unique symbol = Symbol("threadkit.digest");
type Digested = { readonly [kDigest]: number };

/** The handle of a class. Code never sees it: the class itself is handed out in its place. */
class ClassHandle extends SharedObject {
  readonly cls: StructClass;

  constructor(cls: StructClass) {
    const born = !isAdopting();
    super(Kind.StructClass, CLASS_WORDS);
    this.cls = cls;
    if (born) {
      words[this[kAt] + C_SERIAL] = nextSerial();
      words[this[kAt] + C_LAYOUT] = (cls as unknown as Digested)[kDigest];
    }
    showAs(this, cls as never);
    if (handles.has(cls)) return;
    handles.set(cls, this);
    noteMet(cls);
  }
}

/**
 * A class that came by import may stand for several blocks: threads that had it before they met made one each. Only the
 * first is kept as long as the class: others are found again when they come again.
 */
const handles = new WeakMap<StructClass, ClassHandle>();

/** Classes that this realm has met since it last looked where they come from. */
let met: WeakRef<StructClass>[] = [];
/** So many are worth a look which of them are gone: it doubles with what is left, so each costs a constant. */
const PRUNED_FROM = 64;
let pruneAt = PRUNED_FROM;

function noteMet(cls: StructClass): void {
  if (met.length >= pruneAt) {
    met = met.filter((ref) => ref.deref() !== undefined);
    pruneAt = Math.max(PRUNED_FROM, 2 * met.length);
  }
  met.push(new WeakRef(cls));
}

/** What comes from a module is often a class that this realm has made instances of, and the module need not be loaded. */
setClassFinder(() => {
  const unseen = met;
  met = [];
  for (const ref of unseen) {
    const cls = ref.deref();
    try {
      if (cls !== undefined) outgoing().lifter.lift(cls as never, cls.name); // notes the module that exports it
    } catch {
      // It can't travel, so it did not come from elsewhere.
    }
  }
});

/** The block that new instances of a class refer to. */
export function blockOf(cls: StructClass): number {
  return (handles.get(cls) ?? new ClassHandle(cls))[kAt];
}

/** Has this realm met the class before? */
export function isKnown(cls: StructClass): boolean {
  return handles.has(cls);
}

/** This realm's class of a block. */
export function classAt(block: number): StructClass {
  return (handleAt(block) ?? open(block)) as unknown as StructClass;
}

/** Classes whose code is being packed. */
let packing: Set<StructClass> | undefined;
/** `packDepth()` in their message. */
let level = 0;

/** Before a class, or an instance of it, crosses: whoever gets it must find the code. */
export function publish(cls: StructClass): number {
  const block = blockOf(cls);
  if (words[block + C_CODE] !== 0) return block;
  if (packing !== undefined) packing.add(cls);
  else packGroup(cls);
  return block;
}

function packGroup(first: StructClass): void {
  const group = (packing = new Set([first]));
  level = packDepth() + 1;
  try {
    // Each time the classes that were met are written out too, until no other is met.
    for (let count = 0; count !== group.size; ) {
      count = group.size;
      const message = packClasses([...group]);
      if (group.size === count) share(message, [...group]);
      else release(message);
    }
  } finally {
    packing = undefined;
  }
}

interface Group {
  /** Block and serial number of each class. */
  readonly blocks: readonly number[];
  readonly classes: readonly StructClass[];
}

function packClasses(classes: StructClass[]): number {
  const blocks = classes.map(blockOf).flatMap((block) => [block, words[block + C_SERIAL]]);
  return packHeld(
    { classes, blocks } satisfies Group,
    `the class ${classes[0].name}`,
    classes[0],
    "Make it inside the method that uses it.",
  );
}

function share(message: number, group: StructClass[]): void {
  for (const cls of group) {
    retain(message);
    words[blockOf(cls) + C_CODE] = message;
  }
  release(message);
}

onClassCrossing((fn) => {
  if (!isSharedClass(fn)) return undefined;
  const at = publish(fn as StructClass);
  // Written out in the message of its group, and nowhere else: not in those of objects that the group mentions.
  const isHere = words[at + C_CODE] === 0 && packDepth() === level;
  return isHere ? undefined : { kind: Kind.StructClass, at };
});

/** Messages that are being read: instances met in them wait for their classes. */
const reading = new Set<number>();

/** Is the class being built right now? Then it is not there yet for those of its instances that its code mentions. */
export function isInTheMaking(block: number): boolean {
  return handleAt(block) === undefined && reading.has(cover(block)[block + C_CODE]);
}

let whenRead = () => {};
/** Called when classes have been built. */
export function onClassesRead(handler: () => void): void {
  whenRead = handler;
}

function open(block: number): SharedObject {
  const message = cover(block)[block + C_CODE];
  if (reading.has(message)) {
    throw new RuntimeError(
      "STRUCT_CYCLE",
      "cannot build a class of shared structs: its code needs, while it is evaluated, a class that needs it. Let one of the two mention the other in its methods only.",
    );
  }
  reading.add(message);
  try {
    const { blocks, classes } = unpackHeld(
      message,
      "build a class of shared structs",
      "Import that module in this thread, or try again after a turn of the event loop.",
    ) as Group;
    for (let i = 0; i < classes.length; i++) link(classes[i], blocks[2 * i], blocks[2 * i + 1]);
  } finally {
    reading.delete(message);
  }
  whenRead();
  return handleAt(block)!;
}

/** From here on the class stands for the block in this realm, if anybody still has it. */
function link(cls: StructClass, block: number, serial: number): void {
  if (handleAt(block) !== undefined || !tryRetain(block)) return;
  try {
    if (kindOf(block) !== Kind.StructClass || words[block + C_SERIAL] !== serial) return;
    if (words[block + C_LAYOUT] !== (cls as unknown as Digested)[kDigest]) throw differs(cls);
    adoptAs(block, () => new ClassHandle(cls));
  } finally {
    release(block);
  }
}

function differs({ name }: StructClass): RuntimeError {
  return new RuntimeError(
    "STRUCT_DIFFERS",
    `cannot use the struct class ${name} in this thread: its fields are not those that it has in the thread which made it. List the same fields whenever its module is evaluated.`,
  );
}

defineOpener(Kind.StructClass, open);
carriesCode(Kind.StructClass, C_CODE);
onDispose(Kind.StructClass, (at) => {
  words[at + C_SERIAL] = 0;
  if (words[at + C_CODE] !== 0) release(words[at + C_CODE]);
});
