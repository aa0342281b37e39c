/** In the place of outgoing.ts: how values and lifted code leave. */
import { SharedObject } from "../../memory/handle.ts";
import { encode } from "../../transfer/encode.ts";
import { appendStack, encodeThrown } from "../../transfer/errors.ts";
import { isConstant } from "../outgoing/constant.ts";
import { lifter, setSharedPredicate } from "../outgoing/plan.ts";

setSharedPredicate((value) => value instanceof SharedObject);

/** Private members can be told by a parser only. A thread that needs one hears of it from the engine. */
const ownMember = (_cls: object): string | undefined => undefined;
const refusePrivateState = (_leaf: object): void => {};
/** The browser's own source maps do it. */
const tellOriginal = (_error: unknown): void => {};

export { appendStack, encode, encodeThrown, isConstant, lifter, ownMember, refusePrivateState, tellOriginal };
