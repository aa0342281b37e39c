/** Sending mail: a note to another realm. */
import { allocate, onDispose, release } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { Kind } from "../memory/layout.ts";
import { M_ARG, M_ERROR, M_TYPE, MAIL_WORDS, type R_INBOX, type R_URGENT } from "../parking/layout.ts";
import { post } from "../parking/queue.ts";

/** `stack`: R_INBOX for its next turn, R_URGENT even while it is parked. `error`: a message, which goes with the mail. */
export function postMail(
  realm: number,
  stack: typeof R_INBOX | typeof R_URGENT,
  type: number,
  arg: number,
  error = 0,
): void {
  const mail = allocate(Kind.Mail, MAIL_WORDS);
  words[mail + M_TYPE] = type;
  words[mail + M_ARG] = arg;
  words[mail + M_ERROR] = error;
  post(realm, stack, mail);
}

onDispose(Kind.Mail, (mail) => {
  if (words[mail + M_ERROR] !== 0) release(words[mail + M_ERROR]);
});
