/**
 * A Mandelbrot explorer that threads draw: they take rows from a shared counter and write into shared pixels, so none
 * waits for another, and the page shows what is there while it is being drawn.
 */
import { SharedInt32, sharedArray, Thread } from "threadkit";
import { drawRow, type View, WHOLE } from "./mandelbrot.ts";

const canvas = document.querySelector("canvas") as HTMLCanvasElement;
const form = document.forms[0];
const threadsInput = form.elements.namedItem("threads") as HTMLInputElement;
const count = form.elements.namedItem("count") as HTMLOutputElement;
const time = form.elements.namedItem("time") as HTMLOutputElement;
const context = canvas.getContext("2d") as CanvasRenderingContext2D;

const { width: columns, height: rows } = canvas;
const pixels = sharedArray(Uint32Array, columns * rows);
let view = WHOLE;
/** Counts pictures: threads that draw an older one stop at the next row. */
const picture = new SharedInt32();

async function draw(): Promise<void> {
  const mine = picture.add(1) + 1;
  const nextRow = new SharedInt32();
  const part = view;
  const began = performance.now();
  const threads = Array.from({ length: Number(threadsInput.value) }, () =>
    new Thread({
      target: () => {
        for (let row = nextRow.add(1); row < rows; row = nextRow.add(1)) {
          if (picture.value !== mine) return;
          drawRow(pixels, columns, rows, row, part);
        }
      },
    }).start(),
  );
  const showing = setInterval(show, 30);
  for (const thread of threads) await thread.joinAsync();
  clearInterval(showing);
  if (picture.value !== mine) return;
  show();
  time.value = `${threads.length} thread${threads.length > 1 ? "s" : ""}, ${Math.round(performance.now() - began)} ms`;
  document.body.dataset.drawn = String(mine);
}

/** A canvas takes no shared memory: a copy, which takes less than a millisecond. */
function show(): void {
  const bytes = new Uint8ClampedArray(pixels.length * 4);
  bytes.set(new Uint8Array(pixels.buffer));
  context.putImageData(new ImageData(bytes, columns, rows), 0, 0);
}

function zoom(factor: number, event: MouseEvent): View {
  const box = canvas.getBoundingClientRect();
  const scale = view.width / box.width;
  return {
    x: view.x + (event.clientX - box.left - box.width / 2) * scale,
    y: view.y + (event.clientY - box.top - box.height / 2) * scale,
    width: view.width * factor,
  };
}

canvas.addEventListener("click", (event) => {
  view = zoom(event.shiftKey ? 3 : 1 / 3, event);
  void draw();
});
(form.elements.namedItem("reset") as HTMLButtonElement).addEventListener("click", () => {
  view = WHOLE;
  void draw();
});
threadsInput.addEventListener("input", () => {
  count.value = threadsInput.value;
  void draw();
});
void draw();
