/** Producers and consumers with a queue: it holds three at most, and its end is everybody's end. */
import { Queue, SharedInt32, Thread } from "threadkit";

const orders = new Queue<{ table: number; dish: string }>(3);
const bills = new Queue<[table: number, price: number]>();
const cooked = new SharedInt32(0);

function take(table: number) {
  for (const dish of ["soup", "fish", "ice cream"]) orders.put({ table, dish }); // waits while three are in it
}

function cook() {
  for (const { table, dish } of orders) {
    bills.put([table, dish.length]);
    cooked.add(1);
    orders.taskDone();
  }
}

const cooks = [1, 2, 3].map(() => new Thread({ target: cook }).start());
const waiters = [1, 2].map((table) => new Thread({ target: take, args: [table] }).start());
for (const waiter of waiters) waiter.join();
orders.join(); // everything is cooked
orders.shutdown(); // and the cooks go home
for (const cook of cooks) cook.join();
console.log("cooked:", cooked.value);

bills.shutdown();
const sums = new Map<number, number>();
for (const [table, price] of bills) sums.set(table, (sums.get(table) ?? 0) + price);
console.log("table 1 pays", sums.get(1));
console.log("table 2 pays", sums.get(2));
console.log("unfinished:", orders);

/* Output:
cooked: 6
table 1 pays 17
table 2 pays 17
unfinished: Queue { 0 of 3 items, 0 unfinished, shut down, 0 waiting }
*/
