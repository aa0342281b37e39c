import { SharedInt32, Thread } from "threadkit";
import { double } from "./jobs.ts";

export class Worker extends Thread {
  answer = new SharedInt32(0);
  n: number;
  constructor(n: number) {
    super();
    this.n = n;
  }
  override run(): void {
    this.answer.value = double(this.n);
  }
}
