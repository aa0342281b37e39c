/** What TypeScript makes of a SharedStruct. Checked by `tsc`, never run: a line that should not compile says so. */
import { Barrier, Lock, RLock, SharedInt32, type SharedObject, SharedStruct, type Values } from "threadkit";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function is<T extends true>(..._: T[]): void {}

const Point = SharedStruct({ x: "float64", y: "float64" });
class Account extends SharedStruct({
  small: "int8",
  balance: "float64",
  big: "bigint64",
  open: "boolean",
  owner: "string",
  data: "any",
  lock: RLock,
  at: Point,
}) {
  withdraw(amount: number): number {
    using _ = this.lock.acquire();
    return (this.balance -= amount);
  }
}
class Savings extends Account {
  rate(): number {
    return this.withdraw(1);
  }
}

const account = new Account();
is<Equal<typeof account.small, number>>();
is<Equal<typeof account.balance, number>>();
is<Equal<typeof account.big, bigint>>();
is<Equal<typeof account.open, boolean>>();
is<Equal<typeof account.owner, string>>();
is<Equal<typeof account.data, unknown>>();
is<Equal<typeof account.lock, RLock>>();
is<Equal<typeof account.at.x, number>>();
is<Equal<Values<{ n: "int8"; lock: typeof Lock }>["lock"], Lock>>();

const shared: SharedObject = account;
const inherited: Account = new Savings({ balance: 5, at: new Point({ x: 1 }) });
new Account({ lock: new RLock(), data: [1], big: 1n, owner: "", open: true });
new (SharedStruct({ barrier: Barrier, n: SharedInt32 }))({ barrier: new Barrier(2) });
const fields = { n: "int32", text: "string" } as const;
is<Equal<InstanceType<ReturnType<typeof SharedStruct<typeof fields>>>["n"], number>>();

// @ts-expect-error no such type of field
SharedStruct({ n: "int" });
// @ts-expect-error no shared class
SharedStruct({ n: Map });
// @ts-expect-error no such field
new Account({ balanse: 1 });
// @ts-expect-error a string is no number
new Account({ balance: "1" });
// @ts-expect-error a number is no bigint
new Account({ big: 1 });
// @ts-expect-error another lock
new Account({ lock: new Lock() });
// @ts-expect-error a field that is a shared object stays what it is
account.lock = new RLock();
// @ts-expect-error no such field
account.nothing = 1;
// @ts-expect-error a boolean is no string
account.owner = true;
// @ts-expect-error unknown until it is narrowed
account.data.x;

class Narrow extends SharedStruct({ data: "any" }) {
  declare data: string[];
}
is<Equal<Narrow["data"], string[]>>();
void shared;
void inherited;
