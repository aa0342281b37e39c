/**
 * How code and values leave. This half of capture/ and transfer/ is a file of its own in the package, loaded at the
 * first capture or the first value sent: it is half of the library, and a thread that only computes needs none of it.
 */
import { SharedObject } from "../memory/handle.ts";
import { encode } from "../transfer/encode.ts";
import { appendStack, encodeThrown } from "../transfer/errors.ts";
import { isConstant } from "./outgoing/constant.ts";
import { ownMember, refusePrivateState } from "./outgoing/members.ts";
import { lifter } from "./outgoing/plan.ts";
import { setSharedPredicate } from "./outgoing/shared.ts";
import { callerStack, tellOriginal } from "./source/stacks.ts";

setSharedPredicate((value) => value instanceof SharedObject);

/** Appends the stack of who asks, which calls the library right now; `what`: for what, where there is no stack. */
export function appendCaller(error: unknown, what: string): void {
  appendStack(error, callerStack() ?? what);
}

export { encode, encodeThrown, isConstant, lifter, ownMember, refusePrivateState, tellOriginal };
