/** The picture: which part of the plane it shows, and the colour of each of its points. Threads import this. */

export interface View {
  /** The middle of the picture. */
  readonly x: number;
  readonly y: number;
  /** Width of the part that it shows. */
  readonly width: number;
}

export const WHOLE: View = { x: -0.65, y: 0, width: 3.4 };

/** Steps until a point is taken for one of the set. More are needed the deeper one looks. */
function stepsFor({ width }: View): number {
  return Math.round(200 + 120 * Math.max(0, Math.log2(WHOLE.width / width)));
}

/** Draws one row of pixels, each a word of red, green, blue and opacity. */
export function drawRow(pixels: Uint32Array, columns: number, rows: number, row: number, view: View): void {
  const scale = view.width / columns;
  const most = stepsFor(view);
  const y = view.y + (row - rows / 2) * scale;
  for (let column = 0; column < columns; column++) {
    const x = view.x + (column - columns / 2) * scale;
    pixels[row * columns + column] = colour(escape(x, y, most), most);
  }
}

/** Steps, smoothed, after which the point has left for good; `most`: it stays. */
function escape(x: number, y: number, most: number): number {
  let a = 0;
  let b = 0;
  for (let step = 0; step < most; step++) {
    const aa = a * a;
    const bb = b * b;
    if (aa + bb > 256) return step + 1 - Math.log2(Math.log2(aa + bb) / 2);
    b = 2 * a * b + y;
    a = aa - bb + x;
  }
  return most;
}

function colour(steps: number, most: number): number {
  if (steps >= most) return 0xff20100b;
  const phase = 0.12 * steps;
  const wave = (shift: number) => Math.round(255 * (0.5 - 0.5 * Math.cos(phase * 0.6 + shift)));
  return (0xff000000 | (wave(1.9) << 16) | (wave(1.1) << 8) | wave(0.4)) >>> 0;
}
