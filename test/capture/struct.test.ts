/** Struct classes travel: as code, by import, alone or with their instances, and are one class in each thread. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import {
  CaptureError,
  Lock,
  RuntimeError,
  SharedInt32,
  SharedStruct,
  setExcepthook,
  sleepAsync,
  Thread,
  ThreadLocal,
} from "threadkit";
import * as bank from "../fixtures/struct/bank.ts";
import Branch, { Account, hide, isHidden, open, Point } from "../fixtures/struct/bank.ts";
import { Fickle } from "../fixtures/struct/differs.ts";
import { isCoin, mint } from "../fixtures/struct/known.ts";
import { issue, isTicket } from "../fixtures/struct/late.ts";
import { Savings } from "../fixtures/struct/savings.ts";
import { captured, root, runFile } from "../harness/child.ts";
import { CHILD } from "../harness/delays.ts";
import { refuses } from "../harness/refuses.ts";
import { joinAll, start } from "../harness/threads.ts";

class Result extends SharedStruct({ made: "any", seen: "any" }) {}

/** Runs `target` in a thread, which leaves what it made and what it saw in `result`. */
async function there(result: Result, target: () => void): Promise<Result> {
  await joinAll([start(target)]);
  return result;
}

describe("a struct class of the file itself", () => {
  class Local extends SharedStruct({ n: "int32", lock: Lock }) {
    static readonly kind = "local";
    clone(): Local {
      return new Local({ n: this.n + 1 });
    }
  }
  const Named = class extends SharedStruct({ n: "int32" }) {
    clone(): InstanceType<typeof Named> {
      return new Named({ n: this.n + 1 });
    }
  };

  test("is one class with its instances, captured alone or with them", async () => {
    const [one, two] = [new Local({ n: 1 }), new Local({ n: 2 })];
    const result = new Result();
    const { made, seen } = await there(result, () => {
      result.made = new Local({ n: 3 });
      result.seen = [
        one instanceof Local,
        two instanceof Local,
        one.constructor === two.constructor,
        Local.kind,
      ];
    });
    assert.ok(made instanceof Local);
    assert.deepEqual(seen, [true, true, true, "local"]);
  });

  test("that its own methods mention makes instances of itself, declared or assigned", async () => {
    const [local, named] = [new Local({ n: 1 }), new Named({ n: 1 })];
    const result = new Result();
    await there(result, () => {
      result.made = [local.clone(), named.clone()];
    });
    const [a, b] = result.made as [Local, InstanceType<typeof Named>];
    assert.ok(a instanceof Local && b instanceof Named);
    assert.deepEqual([a.n, b.n], [2, 2]);
  });

  test("may be an argument, a captured value in plain data, and what an 'any' field holds", async () => {
    const result = new Result();
    const table = { classes: [Local, { Named }] } as const;
    const box = new Result({ made: Local });
    const thread = start((Class: typeof Local) => {
      result.seen = [
        Class === Local,
        table.classes[0] === Local,
        table.classes[1].Named === Named,
        box.made === Local,
      ];
    }, Local);
    await joinAll([thread]);
    assert.deepEqual(result.seen, [true, true, true, true]);
    assert.equal(box.made, Local);
  });

  test("may list its fields in a const, and have any expression as what it extends", async () => {
    const fields = { x: "float64", y: "float64" } as const;
    const mixin = (Base: ReturnType<typeof SharedStruct<typeof fields>>) =>
      class Mixed extends Base {
        mixed(): string {
          return "mixed";
        }
      };
    class Vector extends mixin(SharedStruct(fields)) {}
    const vector = new Vector({ x: 1 });
    const result = new Result();
    await there(result, () => {
      vector.y = 2;
      result.seen = [vector instanceof Vector, new Vector({ x: 5 }).x, vector.mixed()];
    });
    assert.deepEqual(result.seen, [true, 5, "mixed"]);
    assert.equal(vector.y, 2);
  });

  test("made by a function is another class at each call, with what that call captured", async () => {
    const make = (factor: number) =>
      class Scaled extends SharedStruct({ n: "int32" }) {
        get scaled(): number {
          return this.n * factor;
        }
      };
    const [Two, Ten] = [make(2), make(10)];
    const [two, ten] = [new Two({ n: 1 }), new Ten({ n: 1 })];
    const result = new Result();
    await there(result, () => {
      result.seen = [two.scaled, ten.scaled, two instanceof Two, two instanceof Ten, ten instanceof Ten];
    });
    assert.deepEqual(result.seen, [2, 10, true, false, true]);
  });

  test("and its subclasses are a chain, whichever of them crosses first", async () => {
    class Animal extends SharedStruct({ name: "string" }) {
      static puppy(): Animal {
        return new Dog({ name: "puppy" });
      }
      speak(): string {
        return this.name;
      }
    }
    class Dog extends Animal {
      override speak(): string {
        return `${super.speak()} barks`;
      }
    }
    class Terrier extends Dog {}
    const [terrier, animal] = [new Terrier({ name: "Rex" }), new Animal({ name: "it" })];
    const result = new Result();
    await there(result, () => {
      result.made = Animal.puppy();
      result.seen = [terrier.speak(), terrier instanceof Animal, animal instanceof Dog, animal.speak()];
    });
    assert.deepEqual(result.seen, ["Rex barks", true, false, "it"]);
    assert.ok(result.made instanceof Dog && !(result.made instanceof Terrier));
  });

  test("and another may mention each other, and instances of each other", async () => {
    class Ping extends SharedStruct({ n: "int32" }) {
      next(): Pong {
        return new Pong({ n: this.n + 1 });
      }
    }
    class Pong extends SharedStruct({ n: "int32", ping: Ping }) {
      next(): Ping {
        return new Ping({ n: this.n + 1 + origin.n });
      }
    }
    const origin = new Pong({ n: 100 });
    const result = new Result();
    await there(result, () => {
      const pong = new Ping({ n: 1 }).next();
      const ping = pong.next();
      result.made = [ping, pong];
      result.seen = [pong instanceof Pong, ping instanceof Ping, ping.n, pong.ping instanceof Ping];
    });
    assert.deepEqual(result.seen, [true, true, 103, true]);
    const [ping, pong] = result.made as [Ping, Pong];
    assert.ok(ping instanceof Ping && pong instanceof Pong && pong.ping instanceof Ping);
  });

  test("may use a ThreadLocal whose initialiser makes an instance of it", async () => {
    const local: { entry: Entry } = new ThreadLocal(() => ({ entry: new Entry({ n: 7 }) }));
    class Entry extends SharedStruct({ n: "int32" }) {
      static mine(): Entry {
        return local.entry;
      }
    }
    const result = new Result();
    await there(result, () => {
      result.made = Entry.mine();
      result.seen = Entry.mine() instanceof Entry && Entry.mine() === local.entry;
    });
    assert.equal(result.seen, true);
    assert.ok(result.made instanceof Entry && result.made.n === 7);
  });

  test("whose methods use what can't cross is refused where it is handed over", () => {
    const mine = Symbol("mine");
    class Bad extends SharedStruct({ n: "int32" }) {
      key(): symbol {
        return mine;
      }
    }
    const bad = new Bad();
    const thread = new Thread({ target: () => bad.key() });
    refuses(
      () => thread.start(),
      CaptureError,
      "CANNOT_CROSS",
      /captured 'mine' \(test\/capture\/struct\.test\.ts:\d+:\d+\)/,
    );
    assert.equal(thread.state, "new");
    refuses(() => (new Result().made = bad), CaptureError, "CANNOT_CROSS", /'mine'/);
  });
});

describe("a struct class that a module exports", () => {
  test("is that of the module in the thread, for an instance alone and for imports of it", async () => {
    const account = open(5);
    const result = new Result();
    await there(result, () => {
      account.deposit(1);
      result.made = [new Account({ balance: 1 }), open(2), new bank.Account({ balance: 3 })];
      result.seen = [account.isAccount(), account instanceof Account, account instanceof bank.Account];
    });
    assert.equal(account.balance, 6);
    assert.deepEqual(result.seen, [true, true, true]);
    for (const each of result.made as Account[]) assert.ok(each instanceof Account && each.isAccount());
  });

  test("for an instance alone", async () => {
    const account = open(5);
    const result = new Result();
    await there(result, () => {
      result.seen = account.isAccount();
    });
    assert.equal(result.seen, true);
  });

  test("may be extended in another module, and in the file", async () => {
    class Gold extends Savings {}
    const [savings, gold] = [new Savings({ balance: 10 }), new Gold({ balance: 20 })];
    const result = new Result();
    await there(result, () => {
      savings.addInterest(0.5);
      gold.addInterest(0.5);
      result.made = [savings, gold, new Savings(), new Gold()];
      result.seen = [savings instanceof Account, gold instanceof Savings, gold.isAccount()];
    });
    assert.deepEqual(result.seen, [true, true, true]);
    assert.deepEqual([savings.balance, gold.balance], [15, 30]);
    const [a, b, c, d] = result.made as Savings[];
    assert.ok(a === savings && b === gold && c instanceof Savings && d instanceof Gold);
  });

  test("may be a const or the default, and have others as fields", async () => {
    const [branch, point] = [new Branch({ head: open(1) }), new Point({ x: 2 })];
    const result = new Result();
    await there(result, () => {
      branch.head.deposit(point.x);
      branch.place.y = 9;
      result.made = new Branch({ place: point });
      result.seen = [branch instanceof Branch, branch.head instanceof Account, branch.place instanceof Point];
    });
    assert.deepEqual(result.seen, [true, true, true]);
    assert.deepEqual([branch.head.balance, branch.place.y], [3, 9]);
    const made = result.made as Branch;
    assert.ok(made instanceof Branch && made.place === point && made.head instanceof Account);
  });

  test("and that main never named comes back with an instance, at the latest after a turn", async () => {
    const result = new Result();
    await there(result, () => {
      result.made = issue(5);
    });
    try {
      void result.made;
    } catch (error) {
      assert.equal((error as { code?: string }).code, "MODULE_NOT_LOADED");
      await sleepAsync(50);
    }
    assert.ok(isTicket(result.made));
  });

  test("and that main made instances of comes back at once, though main never sent any", async () => {
    const mine = mint(1);
    const result = new Result();
    await there(result, () => {
      result.made = mint(5);
      result.seen = [mint(6)];
    });
    const [other] = result.seen as object[];
    assert.ok(isCoin(other) && isCoin(result.made));
    assert.equal(other.constructor, mine.constructor);
  });

  test("is found by require as well", async () => {
    const require = createRequire(import.meta.url);
    const { Item, stock } = require("../fixtures/struct/shop.cjs");
    const item = stock("pen", 2);
    const result = new Result();
    await there(result, () => {
      result.made = new Item({ name: "ink" });
      result.seen = [item.isItem(), item instanceof Item, stock("a", 1) instanceof Item, item.label()];
    });
    assert.deepEqual(result.seen, [true, true, true, "pen: 2"]);
    assert.ok(result.made instanceof Item);
  });

  test("is not run again: no module is the program itself", async () => {
    const result = await runFile(path.join(root, "test/fixtures/struct/main.ts"), { timeout: CHILD });
    assert.equal(result.code, 0, captured(result));
    assert.deepEqual(JSON.parse(result.stdout), EXPECTED, captured(result));
  });
});

describe("a struct class that a module keeps to itself", () => {
  test("travels as code with its instances", async () => {
    const hidden = hide(3);
    const result = new Result();
    await there(result, () => {
      result.seen = hidden.double();
    });
    assert.equal(result.seen, 6);
    assert.ok(isHidden(hidden));
  });
});

const EXPECTED = {
  balances: [11, 150, 3, 4, 10],
  seen: [true, true, true, true],
  here: [true, true, true],
  savings: true,
};

describe("a struct class that can't be built in a thread is refused there", () => {
  const failure = async (target: () => void) => {
    setExcepthook(() => {});
    try {
      const thread = start(target);
      await thread.joinAsync();
      return thread.exception as Error & { code?: string };
    } finally {
      setExcepthook(undefined);
    }
  };

  test("if its module lists other fields there", async () => {
    const fickle = new Fickle();
    const error = await failure(() => void (fickle.n = 1));
    assert.ok(error instanceof RuntimeError);
    assert.equal(error.code, "STRUCT_DIFFERS");
    assert.equal(
      error.message,
      "cannot use the struct class Fickle in this thread: its fields are not those that it has in the thread which made it. List the same fields whenever its module is evaluated.",
    );
  });

  test("if its code needs it while it is evaluated", async () => {
    const registry = new Result();
    class Early extends SharedStruct({ n: "int32" }) {
      static {
        void registry.made;
      }
    }
    registry.made = [Early];
    const error = await failure(() => void new Early());
    assert.ok(error instanceof RuntimeError);
    assert.equal(error.code, "STRUCT_CYCLE");
    assert.match(error.message, /^cannot build a class of shared structs: .+ Let one of the two .+\.$/);
  });
});

describe("struct classes of a CommonJS package travel", () => {
  // On Node 20 no worker can require a TypeScript file: tsx sets up its hooks for import only.
  const skip = Number.parseInt(process.versions.node, 10) < 22 && "no require of TypeScript in workers";
  const tsx = ["--import", import.meta.resolve("tsx")];
  for (const [name, file, nodeArgs, options] of [
    ["as plain JavaScript", "plain.cjs", [], {}],
    [
      "compiled by tsx",
      "main.ts",
      "typescript" in process.features && process.features.typescript ? tsx : [],
      { skip },
    ],
  ] as const) {
    test(name, options, async () => {
      const result = await runFile(path.join(root, "test/fixtures/struct/commonjs", file), {
        timeout: CHILD,
        nodeArgs: [...nodeArgs],
      });
      assert.equal(result.code, 0, captured(result));
      assert.deepEqual(JSON.parse(result.stdout), EXPECTED, captured(result));
    });
  }
});

test("a class is built once a thread, however many instances come", async () => {
  const built = new SharedInt32();
  class Costly extends SharedStruct({ n: "int32" }) {
    static {
      built.add(1);
    }
  }
  const all = Array.from({ length: 20 }, () => new Costly());
  const thread = start(() => all.map((each) => each.n++));
  await joinAll([thread]);
  assert.equal(built.value, 2);
});
