/**
 * The map of the arena: where the header's words stand and what kinds of block there are.
 * Raise VERSION with any change here: two copies of the library with different maps must refuse each other.
 */
export const MAGIC = 0x544b4954; // "TKIT"
export const VERSION = 6;

// Header words (indices into the arena as Int32Array).
export const H_MAGIC = 0;
export const H_VERSION = 1;
/** Guard of the allocator. */
export const H_GUARD = 3;
/** First page that was never used. */
export const H_NEXT_PAGE = 4;
/** Pages below H_NEXT_PAGE that are free again. */
export const H_FREE_PAGES = 5;
/** Last thread ident given out; idents are never reused. */
export const H_IDENT = 6;
/** Live non-daemon threads besides main: the process stays while it is above zero. */
export const H_LIVE = 7;
/** Guard of the thread and realm lists. */
export const H_REGISTRY_GUARD = 8;
/** Newest thread control block, linked by T_NEXT. */
export const H_THREADS = 9;
/** Newest realm block, linked by R_NEXT. */
export const H_REALMS = 10;
/** Realm block of the main thread and of the supervisor. */
export const H_MAIN_REALM = 11;
export const H_SUPERVISOR_REALM = 12;
/** Realm whose `setExcepthook` is in force, or 0: print in the thread that failed. */
export const H_HOOK_REALM = 13;
/** Guard that keeps lines of different threads apart on stdout and stderr. */
export const H_OUTPUT_GUARD = 14;
/** Number of the last automatic name "Thread-N". */
export const H_NAME_COUNT = 15;
/** Bytes of payload in use, for tests and metrics. */
export const H_USED = 16;
/** Idle carriers, for the size of the cache. */
export const H_IDLE = 17;
/** 1: the process is ending, and threads that die now die with it. */
export const H_EXITING = 18;
/** 1: the supervisor was started. */
export const H_SUPERVISOR_UP = 19;
/** Block with V8's code caches of this library, once main or the supervisor has made it. */
export const H_CODE_CACHE = 20;
/** Number of the last pool with an automatic name. */
export const H_POOL_COUNT = 21;
/** Serial number of the last parcel. */
export const H_PARCELS = 22;
/** Serial number of the last ThreadLocal. */
export const H_LOCALS = 23;
/** Heads of the free lists, one for each size class. */
export const H_FREE = 24;
/** Counts pushes: see parking/spin. */
export const H_PUSHES = 40;
/** Realms that look out for long, LOOKOUTS at most: see parking/spin. */
export const H_LOOKOUTS = 41;
export const LOOKOUTS = 15;
/** How often the lists of threads and realms were linked anew after a death. */
export const H_RELINKS = 56;
/** One word for each page; see PAGE_*. */
export const H_PAGES = 64;

/** A page is 64 KiB: 4 GiB then need a page table of 256 KiB, and a size class costs at most one page. */
export const PAGE_WORDS = 16384;
export const MAX_PAGES = 65536;
export const FIRST_PAGE = Math.ceil((H_PAGES + MAX_PAGES) / PAGE_WORDS);

/**
 * The tag of a page, in the page table. All of them change under the allocator's guard.
 *
 * tag                 meaning                               who may leave it, to what
 * PAGE_FREE           never used, or given back             an allocation → any other
 * class + 1           cut into blocks of that size class    nobody
 * PAGE_SPAN + length  first page of a span of that length   who gives the span back → PAGE_FREE
 * PAGE_INNER          another page of a span                who gives the span back → PAGE_FREE
 */
export const PAGE_FREE = 0;
export const PAGE_SPAN = 0x40000000;
export const PAGE_INNER = 0x20000000;
export function beginsSpan(tag: number): boolean {
  return (tag & PAGE_SPAN) !== 0;
}
/** Pages of the span that begins with a page of this tag. */
export function spanLength(tag: number): number {
  return tag & ~PAGE_SPAN;
}

/** Block sizes in words, header included. Eight words are a lock with its wait queue. */
export const CLASSES = [8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192] as const;
export const SPAN_CLASS = 31;

/** Two words stand before every block: its kind with its size class above CLASS_SHIFT, and the reference count. */
export const BLOCK_HEADER = 2;
export const KIND_MASK = 0xff;
export const CLASS_SHIFT = 8;

export const Kind = {
  Free: 0,
  Realm: 1,
  Thread: 2,
  WaitNode: 3,
  Mail: 4,
  Message: 5,
  Ledger: 6,
  CodeCache: 7,
  Text: 8,
  /** One number and one string: cells of containers (shared/cell.ts). */
  Double: 9,
  String: 10,
  /** Words that some other block refers to, which gives back what they mean; and cells that an iterator reads. */
  Store: 11,
  Snapshot: 12,
  KeyLock: 13,
  /** Stands for what can't be bytes and is kept by the supervisor. */
  Parcel: 14,
  /** The cells of a SharedList (shared/sequence.ts). */
  Ring: 15,
  Lock: 16,
  RLock: 17,
  Condition: 18,
  Semaphore: 19,
  BoundedSemaphore: 20,
  Event: 21,
  Barrier: 22,
  ThreadLocal: 23,
  Timer: 24,
  SharedInt32: 32,
  SharedUint32: 33,
  SharedFloat64: 34,
  SharedBigInt64: 35,
  SharedBoolean: 36,
  /** The table of a SharedMap or a SharedSet (shared/hash-table.ts). */
  Table: 39,
  SharedRef: 40,
  SharedList: 41,
  SharedMap: 42,
  SharedSet: 43,
  StructClass: 44,
  Struct: 45,
  Queue: 48,
  LifoQueue: 49,
  PriorityQueue: 50,
  SimpleQueue: 51,
  Future: 56,
  Pool: 57,
  Task: 58,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** Is it a thread's control block? A timer is a thread. */
export function isThread(kind: number): boolean {
  return kind === Kind.Thread || kind === Kind.Timer;
}
