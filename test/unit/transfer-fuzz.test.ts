/** Random graphs cross as structured clone carries them. `FUZZ_SEED=n` runs one seed again. */

import assert from "node:assert/strict";
import { it } from "node:test";
import { cross } from "./transfer-support.ts";

const GRAPHS = 4000;

/** Mulberry32. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function graph(next: () => number): unknown {
  const made: object[] = [];
  const below = (n: number) => Math.floor(next() * n);
  const text = () => {
    const top = [0x7f, 0xff, 0xffff][below(3)];
    return Array.from({ length: next() < 0.1 ? below(400) : below(14) }, () =>
      String.fromCharCode(below(top + 1)),
    ).join("");
  };
  const keep = <T extends object>(value: T): T => {
    made.push(value);
    return value;
  };
  const key = () => (next() < 0.7 ? ["id", "name", "tags", "x"][below(4)] : text());
  const fill = (depth: number, put: () => void) => {
    for (let i = below(depth > 4 ? 2 : 6); i > 0; i--) put();
  };
  const make = (depth: number): unknown => {
    if (made.length > 0 && next() < 0.12) return made[below(made.length)];
    switch (below(depth > 6 ? 9 : 17)) {
      case 0:
        return [undefined, null, true, false, Number.NaN, -0][below(6)];
      case 1:
        return below(300) - 150;
      case 2:
        return Math.trunc((next() - 0.5) * 2 ** below(56));
      case 3:
        return (next() - 0.5) * 10 ** below(300);
      case 4:
        return BigInt(Math.trunc(next() * 1e15)) ** BigInt(below(6)) * (next() < 0.5 ? -1n : 1n);
      case 5:
      case 6:
        return text();
      case 7:
        return keep(new Date(below(2 ** 31)));
      case 8:
        return keep([Object(text()), Object(below(9)), /x+/giu, Object(true)][below(4)]);
      case 9: {
        const buffer = keep(new ArrayBuffer(8 * below(5)));
        const Type = [Uint8Array, Int16Array, Float64Array, BigUint64Array][below(4)];
        return keep(new Type(buffer));
      }
      case 10: {
        const map = keep(new Map());
        fill(depth, () => map.set(make(depth + 1), make(depth + 1)));
        return map;
      }
      case 11: {
        const set = keep(new Set());
        fill(depth, () => set.add(make(depth + 1)));
        return set;
      }
      case 12: {
        const error = keep(
          [new Error(text()), new TypeError(), new RangeError(text(), { cause: 1 })][below(3)],
        );
        return error;
      }
      case 13:
      case 14: {
        const list: unknown[] = keep([]);
        fill(depth, () => {
          if (next() < 0.1) list.length += 1;
          list.push(make(depth + 1));
        });
        if (next() < 0.05) Object.assign(list, { [key()]: make(depth + 1) });
        return list;
      }
      default: {
        const object: Record<string, unknown> = keep(next() < 0.1 ? Object.create(null) : {});
        fill(depth, () => {
          const name = key();
          if (name !== "__proto__") object[name] = make(depth + 1);
        });
        return object;
      }
    }
  };
  return make(0);
}

it(`${GRAPHS} random graphs arrive as structured clone carries them`, () => {
  const given = process.env.FUZZ_SEED;
  const first = given ? Number(given) : 20_240_001;
  for (let seed = first; seed < first + (given ? 1 : GRAPHS); seed++) {
    const value = graph(random(seed));
    assert.deepStrictEqual(cross(value), structuredClone(value), `FUZZ_SEED=${seed}`);
  }
});
