/** In the place of outgoing/members.ts: a parser is needed to tell private members; a thread hears of them from the engine. */
export const ownMember = (_cls: object): string | undefined => undefined;
export const refusePrivateState = (_leaf: object): void => {};
