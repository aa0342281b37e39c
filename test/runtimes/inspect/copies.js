import { createRequire } from "node:module";
import { SharedInt32, Thread } from "threadkit";

const other = createRequire(import.meta.url)("./copy/threadkit");
const ours = new SharedInt32();
const theirs = new other.SharedInt32();
for (const [Kit, count] of [
  [Thread, ours],
  [other.Thread, theirs],
]) {
  const t = new Kit({ target: () => count.add(1) });
  t.start();
  t.join();
}
console.log(ours.value, theirs.value);
try {
  new Thread({ target: () => theirs.add(1) }).start();
} catch (error) {
  console.log(error.name, error.message.split("\n")[0]);
}
