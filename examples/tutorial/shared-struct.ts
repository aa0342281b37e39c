/** A bank account as a class: its fields and its lock are shared, and its methods work in every thread. */
import { RLock, SharedStruct, Thread } from "threadkit";

class Account extends SharedStruct({ balance: "float64", lock: RLock }) {
  withdraw(amount: number) {
    using _ = this.lock.acquire();
    this.balance -= amount;
    console.log(`Withdrew ${amount}, balance = ${this.balance}`);
    this.logTransaction(amount);
  }

  logTransaction(amount: number) {
    using _ = this.lock.acquire(); // nested: an RLock lets its owner in again
    console.log(`Transaction logged: -${amount}`);
  }
}

const account = new Account({ balance: 100 });
const customers = Array.from({ length: 3 }, () => new Thread({ target: () => account.withdraw(30) }));
for (const customer of customers) customer.start();
for (const customer of customers) customer.join();
console.log("Final balance:", account.balance);

/* Output:
Withdrew 30, balance = 70
Transaction logged: -30
Withdrew 30, balance = 40
Transaction logged: -30
Withdrew 30, balance = 10
Transaction logged: -30
Final balance: 10
*/
