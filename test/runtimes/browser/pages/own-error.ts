/** A class of errors that the page and its threads have from the same module. */
export class OwnError extends Error {
  readonly detail = 7;
}
