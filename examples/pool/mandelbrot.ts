/** Draws the Mandelbrot set on all processors, with a progress bar: `mandelbrot.ts [file.png] [width]`. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Presets, SingleBar } from "cli-progress";
import { PNG } from "pngjs";
import { asCompleted, sharedArray, ThreadPoolExecutor } from "threadkit";

const file =
  process.argv[2] ?? path.join(mkdtempSync(path.join(os.tmpdir(), "mandelbrot-")), "mandelbrot.png");
const width = Number(process.argv[3] ?? 300);
const height = Math.round((width * 2) / 3);
const MOST = 500;

// All workers write into the same memory: nothing is copied, neither there nor back.
const pixels = sharedArray(Uint8Array, width * height * 4);

function drawRow(row: number): number {
  const y = (row / height) * 2 - 1;
  for (let column = 0; column < width; column++) {
    const x = (column / width) * 3 - 2;
    let a = 0;
    let b = 0;
    let steps = 0;
    for (; a * a + b * b < 4 && steps < MOST; steps++) [a, b] = [a * a - b * b + x, 2 * a * b + y];
    const shade = steps === MOST ? 0 : 255 - Math.round((steps / MOST) ** 0.4 * 255);
    pixels.set([shade, shade, Math.min(255, shade + 40), 255], (row * width + column) * 4);
  }
  return row;
}

using pool = new ThreadPoolExecutor();
const bar = new SingleBar({ noTTYOutput: false, clearOnComplete: true }, Presets.shades_classic);
bar.start(height, 0);
const rows = Array.from({ length: height }, (_, row) => pool.submit(drawRow, row));
for await (const _ of asCompleted(rows)) bar.increment();
bar.stop();

const png = new PNG({ width, height });
png.data.set(pixels);
writeFileSync(file, PNG.sync.write(png));
const read = PNG.sync.read(readFileSync(file));
const centre = read.data[(Math.floor(height / 2) * width + Math.floor((width * 2) / 3)) * 4];
console.log(`${read.width} × ${read.height}, black in the middle: ${centre === 0}`);

/* Output:
300 × 200, black in the middle: true
*/
