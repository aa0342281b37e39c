import { ThreadPoolExecutor } from "threadkit";
import { tax } from "./tax";

export const dynamic = "force-dynamic";

/** A component of the server: its markup is made of what a thread returned. */
export default async function Page() {
  const price = Number("10");
  using pool = new ThreadPoolExecutor(1);
  return <p>{await pool.submit(() => `the tax is ${tax(price)}`)}</p>;
}
