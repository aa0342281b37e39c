/** The words of realms, wait queues, wait nodes and mail. Offsets from the index of their block or place. */

/**
 * A wait queue stands inside the block of its primitive. Its links are derived data: what counts is each node's
 * queue, status and ticket, from which the supervisor links the queue anew when a thread was killed in the middle.
 */
export const Q_GUARD = 0;
export const Q_HEAD = 1;
export const Q_TAIL = 2;
/** Last ticket given out. */
export const Q_TICKET = 3;
export const QUEUE_WORDS = 4;

/**
 * A wait node is one wait of one thread.
 *
 * status    meaning                             who may leave it, to what
 * IDLE      not waiting                         owner → WAITING, under the queue's guard
 * WAITING   in line                             a waker → NOTIFIED or GIFTED; the owner → GONE
 * NOTIFIED  woken: look again                   owner → IDLE
 * GIFTED    woken, and what it waits for is its owner → IDLE
 * GONE      gave up (timeout, abort)            owner → IDLE, after it left the line
 */
export const N_NEXT = 0;
export const N_PREV = 1;
export const N_STATUS = 2;
/** Index of the queue it stands in, while it is WAITING; 0: none. */
export const N_QUEUE = 3;
export const N_REALM = 4;
export const N_TICKET = 5;
export const N_FLAGS = 6;
/** Link in its realm's inbox. Mail keeps it at the same place. */
export const N_LINK = 7;
/** Ident of the waiting thread: whom a gift is for. */
export const N_IDENT = 8;
/** The queue it stood in last, still there when it has left: whose wake-up a dead waiter had not used. */
export const N_FROM = 9;
/** Queue of a wake-up that it has used only when the present wait is over (a condition's, while its lock is taken). */
export const N_OWED = 10;
/** A block that it brings along, 0: none. The node holds it while its thread waits, and if that is killed, gives it back. */
export const N_BRINGS = 11;
export const NODE_WORDS = 12;

export const IDLE = 0;
export const WAITING = 1;
export const NOTIFIED = 2;
export const GIFTED = 3;
export const GONE = 4;

/** The waiter is a promise: it is told through its realm's inbox and doorbell. */
export const ASYNC = 1;
/** It was overtaken for too long: the next release hands over to it. */
export const STARVING = 2;
/** The bits from here on are the primitive's: what its waiters wait for, if there are several such things. */
export const MARK = 4;

/** Mail: a note to another realm's event loop. */
export const M_TYPE = 0;
export const M_ARG = 1;
/** Message with an error, which goes with the mail, 0: none. */
export const M_ERROR = 2;
export const M_LINK = N_LINK;
export const MAIL_WORDS = 8;

/** A realm: one JavaScript heap, that is main, the supervisor, or a carrier's worker. */
export const R_NEXT = 0;
/** Control block of the thread that runs in it, 0: none. */
export const R_THREAD = 1;
/** Counts rings; an awaiting realm waits on it. */
export const R_BELL = 2;
/** Wait nodes that were woken and mail, newest first: read when the event loop turns. */
export const R_INBOX = 3;
/** Mail that is read even while the realm is parked. */
export const R_URGENT = 4;
/** What its handles hold. */
export const R_LEDGER = 5;
/** State of a carrier, and the message of its next thread. */
export const R_CARRIER = 6;
export const R_JOB = 7;
/** 1: its Worker object belongs to the supervisor, 0: to main. */
export const R_PARENT = 8;
/** 1: look through all pending waits, a waker was killed between waking and telling. */
export const R_RESCAN = 9;
/** Counts what a parked realm must look at; it sleeps on this word, so that nothing falls between look and sleep. */
export const R_WAKE = 10;
/** Bits, see below. A worker that is CONDEMNED before it is BOOTED gives no death notice. */
export const R_BOOTED = 11;
/** Thread whose end is being made, with a reference: its worker may already be free for another, and be killed. */
export const R_ENDING = 12;
/** Cells on their way between the realm and a container, HANDS of them: given back if it is killed meanwhile. */
export const R_HANDS = 13;
export const HANDS = 4;
/** The node of the one blocking wait that a realm can be in. */
export const R_NODE = R_HANDS + HANDS;
export const REALM_WORDS = R_NODE + NODE_WORDS;

// Bits of R_BOOTED. None of them is taken back.
/** Its worker runs our code. */
export const BOOTED = 1;
/** It was killed. */
export const CONDEMNED = 2;
/** It is gone, and its block stays as long as somebody refers to it: nothing is posted to it any more. */
export const REAPED = 4;

/** Thread control block. */
export const T_NEXT = 0;
export const T_STATE = 1;
export const T_IDENT = 2;
export const T_NATIVE = 3;
export const T_FLAGS = 4;
/** A text with the name, and a message with the exception, 0: none. */
export const T_NAME = 5;
export const T_EXCEPTION = 6;
/** Realm that runs it, from the moment it is assigned. */
export const T_REALM = 7;
/** Message with what it will run, of a thread that crossed before it was started, 0: none. */
export const T_CODE = 8;
/** Realm that started it: answers for it until a carrier has it. */
export const T_STARTER = 9;
/** Joiners. */
export const T_QUEUE = 10;
export const THREAD_WORDS = T_QUEUE + QUEUE_WORDS;

export const NEW = 0;
export const RUNNABLE = 1;
export const RUNNING = 2;
export const BLOCKED = 3;
export const TERMINATED = 4;
