/** Sending mail: a note to another realm. */
import { allocate } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { Kind } from "../memory/layout.ts";
import { M_ARG, M_TYPE, MAIL_WORDS } from "../parking/layout.ts";
import { post } from "../parking/queue.ts";

/** `stack`: R_INBOX for its next turn, R_URGENT even while it is parked. */
export function postMail(realm: number, stack: number, type: number, arg: number): void {
  const mail = allocate(Kind.Mail, MAIL_WORDS);
  words[mail + M_TYPE] = type;
  words[mail + M_ARG] = arg;
  post(realm, stack, mail);
}
