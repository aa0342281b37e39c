/** Containers, structs and queues: the part `data`. */
export { LifoQueue } from "../queue/lifo-queue.ts";
export { PriorityQueue, type PriorityQueueOptions } from "../queue/priority-queue.ts";
export { Queue } from "../queue/queue.ts";
export { SimpleQueue } from "../queue/simple-queue.ts";
export type { CannotBeKey, MapEntries, SetValues, SharedKey } from "../shared/keys.ts";
export { SharedList } from "../shared/list.ts";
export { SharedMap } from "../shared/map.ts";
export { SharedRef } from "../shared/ref.ts";
export { SharedSet } from "../shared/set.ts";
export { SharedStruct } from "../shared/struct.ts";
export type {
  Fields,
  FieldType,
  FieldValue,
  SharedClass,
  StructConstructor,
  StructMethods,
  Values,
} from "../shared/struct-types.ts";
