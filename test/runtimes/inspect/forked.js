import { fork } from "node:child_process";
import { SharedInt32, Thread } from "threadkit";

const count = new SharedInt32();
const t = new Thread({ target: () => count.add(1) });
t.start();
t.join();
if (process.argv[2] === "child") {
  process.send(count.value);
} else {
  const child = fork(new URL(import.meta.url), ["child"]);
  const seen = await new Promise((done) => child.on("message", done));
  console.log(count.value, seen);
}
