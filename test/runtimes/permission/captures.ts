/** Everything that can be shipped where captures are read off the source. Prints one line for each. */
import { join as joinPath } from "node:path";
import { Lock, Queue, SharedInt32, SharedList, Thread, ThreadPoolExecutor } from "threadkit";
import * as shapes from "./helpers/shapes.ts";
import { lines, shout } from "./helpers/shared.ts";

const SIZE = 1 << 10;
const GREETING = `${"hello"}, ${SIZE}`;
const WEIGHTS = { small: 1, large: [10, 20], deep: { word: "deep" } };
const COLOURS = new Set(["red", "green"]);
const DIGITS = /^\d+$/;
const table = { double: (n: number) => n * 2, half: (n: number) => n / 2 };

function isEven(n: number): boolean {
  return n === 0 || isOdd(n - 1);
}
function isOdd(n: number): boolean {
  return n !== 0 && isEven(n - 1);
}
class Animal {
  static kingdom = "animals";
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  speak(): string {
    return `${this.name} of ${Animal.kingdom}`;
  }
}
class Dog extends Animal {
  override speak(): string {
    return `${super.speak()} barks`;
  }
}
const identity = <T>(value: T): T => value;
const same = () => identity;

const out = new Queue<string>();

function say(queue: Queue<string>, text: string): void {
  queue.put(text);
}

function run(target: (out: Queue<string>) => void): void {
  new Thread({ target, args: [out] }).start().join();
  console.log(out.get());
}

run((out) => say(out, `const ${SIZE} ${GREETING}`));
run((out) => say(out, `object ${WEIGHTS.small + WEIGHTS.large[1]} ${WEIGHTS.deep.word}`));
run((out) => say(out, `set ${COLOURS.has("red")} ${COLOURS.has("blue")} ${DIGITS.test("42")}`));
run((out) => say(out, `table ${table.double(4)} ${table.half(4)}`));
run((out) => say(out, `mutual ${isEven(10)} ${isOdd(10)}`));
run((out) => say(out, `class ${new Dog("Rex").speak()}`));
run((out) => say(out, `builtin ${joinPath("a", "b")}`));
run((out) => say(out, `import ${shout("quiet")} ${shapes.area(3)}`));
run((out) => {
  const { length } = lines; // the very list of the module that is loaded here
  say(out, `shared import ${length}`);
});
run((out) => say(out, `identity ${same() === identity}`));

const lock = new Lock();
const counter = new SharedInt32(0);
function count(lock: Lock, counter: SharedInt32): void {
  for (let i = 0; i < 1000; i++)
    lock.with(() => {
      counter.value += 1;
    });
}
const threads = [1, 2, 3].map(() => new Thread({ target: count, args: [lock, counter] }).start());
for (const thread of threads) thread.join();
console.log("counter", counter.value);

const pool = new ThreadPoolExecutor({ maxWorkers: 2 });
const square = (n: number) => n * n;
const results = [1, 2, 3].map((n) => pool.submit(square, n));
console.log("pool", results.map((future) => future.result()).join());
new Thread({
  target: (out: Queue<string>, f: unknown) => say(out, `same ${f === square}`),
  args: [out, square],
})
  .start()
  .join();
console.log(out.get());

// A thread that starts threads: what it was given travels on.
new Thread({
  target(out: Queue<string>, base: number) {
    const add = (queue: Queue<string>, n: number) => say(queue, `nested ${n + SIZE}`);
    const inner = new Thread({ target: add, args: [out, base] });
    inner.start().join();
  },
  args: [out, 1],
})
  .start()
  .join();
console.log(out.get());

const list = new SharedList<number>([1, 2, 3]);
console.log("list", pool.submit((list: SharedList<number>) => list.length, list).result());
pool.shutdown();
await Promise.resolve();
lines.push("main");
await new Thread({ target: () => void lines.push("thread") }).start().joinAsync();
console.log("lines", [...lines].join());

/* Output:
const 1024 hello, 1024
object 21 deep
set true false true
table 8 2
mutual true false
class Rex of animals barks
builtin a/b
import QUIET! 9
shared import 0
identity true
counter 3000
pool 1,4,9
same true
nested 1025
list 3
lines main,thread
*/
