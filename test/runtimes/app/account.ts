import { RLock, SharedStruct } from "threadkit";

const FEE = 1;

export class Account extends SharedStruct({ balance: "float64", lock: RLock }) {
  withdraw(amount: number): void {
    this.lock.with(() => {
      this.balance -= amount + FEE;
    });
  }
}
