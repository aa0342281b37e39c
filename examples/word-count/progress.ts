/** One line on the terminal that is written over and over. Writes nothing where standard output is not a terminal. */
const BAR = 24;

export class ProgressLine {
  readonly #label: string;
  readonly #total: number;

  constructor(label: string, total: number) {
    this.#label = label;
    this.#total = total;
  }

  show(done: number): void {
    if (!process.stdout.isTTY) return;
    const part = this.#total === 0 ? 1 : Math.min(done / this.#total, 1);
    const bar = "█".repeat(Math.round(part * BAR)).padEnd(BAR, "░");
    const line = `${this.#label} ${bar} ${Math.floor(part * 100)} %  ${done} of ${this.#total} files`;
    process.stdout.write(`\r${line.slice(0, (process.stdout.columns || 80) - 1)}\x1b[K`);
  }

  clear(): void {
    if (process.stdout.isTTY) process.stdout.write("\r\x1b[K");
  }
}
