/** Ten downloads: with a thread for each, by hand, and by a pool of four. The server is in this very process. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SharedInt32, Thread, ThreadPoolExecutor } from "threadkit";

const PAGE = "x".repeat(1000);
const server = createServer((_, response) => setTimeout(() => response.end(PAGE), 20));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;
const urls = Array.from({ length: 10 }, (_, i) => `http://127.0.0.1:${port}/page/${i}`);

async function download(url: string): Promise<number> {
  const response = await fetch(url, { headers: { connection: "close" } });
  return (await response.text()).length;
}

// By hand: each thread adds to a shared sum. `joinAsync`, not `join`: the server needs this thread's event loop.
const total = new SharedInt32(0);
const threads = urls.map((url) =>
  new Thread({ target: async () => void total.add(await download(url)) }).start(),
);
for (const thread of threads) await thread.joinAsync();
console.log(`by hand: ${threads.length} threads, ${total.value} bytes`);

// By a pool: four workers, results in order, and an error would arrive where it is awaited.
await using pool = new ThreadPoolExecutor(4);
let bytes = 0;
for await (const length of pool.map(download, urls)) bytes += length;
console.log(`by pool: ${pool.maxWorkers} workers, ${bytes} bytes`);

try {
  await pool.submit(download, "http://127.0.0.1:1/");
} catch (error) {
  console.log(`an error: ${(error as Error).message}`);
}
server.close();

/* Output:
by hand: 10 threads, 10000 bytes
by pool: 4 workers, 10000 bytes
an error: fetch failed
*/
