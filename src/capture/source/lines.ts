/** Lines, columns and offsets of one text. */

/** A text that stands somewhere in a file: line and column of its first character are known. */
export interface PlacedText {
  readonly url: string;
  readonly text: string;
  readonly lineOffset: number;
  readonly columnOffset: number;
  /** Its source map, where the text does not hold it. */
  readonly map?: () => unknown;
}

const lineTables = new WeakMap<PlacedText, number[]>();

function linesOf(placed: PlacedText): number[] {
  let starts = lineTables.get(placed);
  if (!starts) lineTables.set(placed, (starts = lineStarts(placed.text)));
  return starts;
}

/** The offsets at which a text's lines begin. */
export function lineStarts(text: string): number[] {
  const starts = [0];
  for (const end of text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) starts.push(end.index + end[0].length);
  return starts;
}

/** The line that an offset is in, by the starts of all lines. */
export function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= offset) low = middle;
    else high = middle;
  }
  return low;
}

/** Offset in the text of a zero-based position in the file; -1 if it is outside. */
export function offsetOf(placed: PlacedText, line: number, column: number): number {
  const row = line - placed.lineOffset;
  const start = linesOf(placed)[row];
  return start === undefined ? -1 : start + column - (row === 0 ? placed.columnOffset : 0);
}

/** Zero-based position in the file of an offset in the text. */
export function positionOf(placed: PlacedText, offset: number): { line: number; column: number } {
  const starts = linesOf(placed);
  const row = lineAt(starts, offset);
  const column = offset - starts[row] + (row === 0 ? placed.columnOffset : 0);
  return { line: row + placed.lineOffset, column };
}
