import cluster from "node:cluster";
import { SharedInt32, Thread } from "threadkit";

const count = new SharedInt32();
const t = new Thread({ target: () => count.add(1) });
t.start();
t.join();
if (cluster.isPrimary) {
  const child = cluster.fork();
  const [code] = await new Promise((done) => child.on("exit", (...all) => done(all)));
  console.log(count.value, code);
} else {
  process.exitCode = 40 + count.value;
  cluster.worker.disconnect();
}
