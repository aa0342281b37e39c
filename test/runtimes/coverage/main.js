import { SharedInt32, Thread, ThreadPoolExecutor } from "threadkit";
import { rates, tax } from "./tax.js";

function idle() {
  return "nobody calls it"; // never run
}

function sum(numbers) {
  let total = 0;
  for (const n of numbers) {
    if (n < 0) {
      total -= 1; // never run
    } else {
      total += n; // in a thread
    }
  }
  return total;
}

class Box {
  open() {
    return 5; // in a thread
  }
  close() {
    return 6; // never run
  }
}

const seen = new SharedInt32();
const t = new Thread({
  target: () => {
    seen.add(sum([1, 2])); // in a thread
    if (seen.value > 1000) {
      seen.add(1); // never run
    }
    seen.add(new Box().open() + rates.tea); // in a thread
  },
});
t.start();
t.join();

const pool = new ThreadPoolExecutor(1);
const both = await pool.submit(() => {
  const inner = (n) => {
    return tax(n) + rates.tea; // in a thread
  };
  return [inner(1), typeof idle]; // in a thread
});
console.log(seen.value, both);
