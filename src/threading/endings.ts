/** What parts of the library do at the end of each thread that has loaded them. */
const endings: ((ident: number) => void)[] = [];

/** Has `end` run when a thread of this realm is over, with its ident. */
export function onThreadEnd(end: (ident: number) => void): void {
  endings.push(end);
}

export function endParts(ident: number): void {
  for (const end of endings) end(ident);
}
