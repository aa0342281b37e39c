/** Changes to shipped text keep its length and its lines. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parse } from "acorn";
import { offsetOf, positionOf } from "../../src/capture/source/lines.ts";
import { placeOf } from "../../src/capture/source/position.ts";
import { baseEdit, edited, metaName, methodEdits, staticFields } from "../../src/capture/syntax/edits.ts";
import type { Syntax } from "../../src/capture/syntax/scopes.ts";

const first = (source: string) =>
  (parse(source, { ecmaVersion: "latest", sourceType: "module" }) as unknown as Syntax).body[0];

function withoutFields(source: string): string {
  const node = first(source);
  return edited(source, node.start, node.end, staticFields(node));
}

function asMethod(source: string): string {
  const member = first(source).body.body[0];
  const { start, edits } = methodEdits(member, source);
  return edited(source, start, member.end, edits);
}

describe("what a class extends", () => {
  const withBase = (source: string) => {
    const node = first(source);
    return edited(source, node.start, node.end, [baseEdit(node, source)]);
  };
  test("becomes a name that nothing in the class has", () => {
    assert.equal(withBase("class A extends f({ x: 1 }) {}"), "class A extends $b          {}");
    assert.equal(withBase("class A extends f() { $b = 1 }"), "class A extends $0  { $b = 1 }");
  });
  test("is kept apart from the word before it, as compilers write it", () => {
    assert.equal(withBase("class A extends(0,m.f)({}){}"), "class A extends $b        {}");
  });
});

describe("static fields", () => {
  test("lose their initialisers and keep their names", () => {
    assert.equal(
      withoutFields("class A { static a = 1; static b; c = 2 }"),
      "class A { static a;     static b; c = 2 }",
    );
  });
  test("keep line ends", () => {
    assert.equal(
      withoutFields("class A { static a = [\r\n1\n]\n d }"),
      "class A { static a;   \r\n \n \n d }",
    );
  });
  test("go as a whole if their key is computed", () => {
    assert.equal(
      withoutFields("class A { static [x()] = (1)\n static ['y'] }"),
      "class A { ;                 \n ;            }",
    );
  });
  test("stay if they are private, and so do static blocks", () => {
    const source = "class A { static #a = 1; static { this.#a = 2 } }";
    assert.equal(withoutFields(source), source);
  });
  test("leave a class that still parses", () => {
    const text = withoutFields(
      "class A { static get = 1\n static = 2\n static set\n *m() {} static async = 3\n x() {} }",
    );
    assert.equal(first(text).body.body.length, 6);
  });
});

describe("a method becomes text that stands in an object literal:", () => {
  const cases: Record<string, string> = {
    "class A { m(a) { return a } }": "m(a) { return a }",
    "class A { static /* s */ async *m() {} }": "async *m() {}",
    "class A { get x() { return 1 } }": "get x() { return 1 }",
    "class A { [a + b[0]](c) {} }": "[0]       (c) {}",
    "class A { static async [(a)]() {} }": "async [0]  () {}",
    "class A { #m() {} }": "$m() {}",
    "class A { static static() {} }": "static() {}",
  };
  for (const [source, text] of Object.entries(cases)) {
    test(source, () => {
      assert.equal(asMethod(source), text);
      assert.equal(first(`({ ${text} })`).expression.properties.length, 1);
    });
  }
});

describe("positions", () => {
  const placed = { url: "file:///x.js", text: "ab\r\nc𝒳d\n\u2028e", lineOffset: 10, columnOffset: 5 };
  test("go both ways, with the offsets of a text inside a file", () => {
    for (const offset of [0, 1, 4, 5, 7, 9, 10]) {
      const { line, column } = positionOf(placed, offset);
      assert.equal(offsetOf(placed, line, column), offset);
    }
    assert.deepEqual(positionOf(placed, 1), { line: 10, column: 6 });
    assert.deepEqual(positionOf(placed, 7), { line: 11, column: 3 });
  });
  test("outside the text are none", () => {
    assert.equal(offsetOf(placed, 2, 0), -1);
    assert.equal(offsetOf(placed, 99, 0), -1);
  });
  test("are named by lines and columns from one", () => {
    assert.equal(placeOf({ ...placed, lineOffset: 0, columnOffset: 0 }, 4), "/x.js:2:1");
  });
});

test("the name for import.meta is as long as import.meta and not in use", () => {
  assert.equal(metaName("import.meta.url").length, "import.meta".length);
  const other = metaName("import_meta");
  assert.equal(other.length, "import.meta".length);
  assert.notEqual(other, "import_meta");
});
