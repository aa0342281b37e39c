/** Stands in for threading/message: models give no names and pass no values. */
export function packValue(): number {
  return 0;
}
export function unpack(): undefined {
  return undefined;
}
export const packCode = () => ({ at: 0, extras: [] });
export const prepare = () => undefined;
export const crossingOf = () => undefined;
export const isPlain = () => true;
export const isSameMessage = () => false;
export const packHeld = () => 0;
export const packOnce = () => 0;
export const unpackHeld = () => undefined;
