/** A bank account: methods that take the lock call others that take it too. */
import { RLock, SharedFloat64, Thread } from "threadkit";

const balance = new SharedFloat64(100);
const lock = new RLock();

function withdraw(amount: number) {
  lock.with(() => {
    if (balance.value < amount) {
      console.log(`Cannot withdraw ${amount}, balance = ${balance.value}`);
      return;
    }
    balance.value -= amount;
    console.log(`Withdrew ${amount}, balance = ${balance.value}`);
    logTransaction(-amount);
  });
}

function logTransaction(amount: number) {
  lock.with(() => {
    // The owner is let in again, and nobody's line comes between these two.
    console.log(`Transaction logged: ${amount}`);
  });
}

const customers = Array.from({ length: 4 }, () => new Thread({ target: withdraw, args: [30] }));
for (const customer of customers) customer.start();
for (const customer of customers) customer.join();
console.log("Final balance:", balance.value);

/* Output:
Withdrew 30, balance = 70
Transaction logged: -30
Withdrew 30, balance = 40
Transaction logged: -30
Withdrew 30, balance = 10
Transaction logged: -30
Cannot withdraw 30, balance = 10
Final balance: 10
*/
