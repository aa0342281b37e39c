/** What parts of the library do at the end of threads, and of the process, in a realm that has loaded them. */
const endings: ((ident: number) => void)[] = [];

/** Has `end` run when a thread of this realm is over, with its ident. */
export function onThreadEnd(end: (ident: number) => void): void {
  endings.push(end);
}

const expectations: (() => boolean)[] = [];

/** Has `expects` say whether something that a thread of this realm began is still to come, so that its worker must end. */
export function onLookForLeft(expects: () => boolean): void {
  expectations.push(expects);
}

export function partsExpect(): boolean {
  return expectations.some((expects) => expects());
}

export function endParts(ident: number): void {
  for (const end of endings) end(ident);
}

let lastCalls: (() => void)[] | undefined;

/** Has `wake` run before all threads are asked for a last thing as the process ends, if somebody is going to ask. */
export function beforeLastCall(wake: () => void): void {
  lastCalls?.push(wake);
}

/** Somebody is going to ask. The result runs what was left with `beforeLastCall`. */
export function expectLastCall(): () => void {
  const calls = (lastCalls ??= []);
  return () => {
    for (const wake of calls) wake();
  };
}
