import { Lock, SharedInt32, ThreadPoolExecutor } from "threadkit";
import { tax } from "../../tax";

const pool = new ThreadPoolExecutor(2);
const lock = new Lock();
const calls = new SharedInt32();

export async function GET(request: Request): Promise<Response> {
  const prices = new URL(request.url).searchParams.getAll("price").map(Number);
  const tasks = prices.map((price) =>
    pool.submit(() => {
      lock.with(() => calls.add(1));
      return tax(price);
    }),
  );
  return Response.json({ taxes: await Promise.all(tasks), calls: calls.value });
}
