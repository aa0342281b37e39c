/** What ended workers of this realm before they ran anything of ours, as the host tells it, by realm block. */
const unborn = new Map<number, unknown>();

export function noteUnborn(realm: number, error: unknown): void {
  unborn.set(realm, error);
}

export function takeUnborn(realm: number): unknown {
  const error = unborn.get(realm);
  unborn.delete(realm);
  return error;
}
