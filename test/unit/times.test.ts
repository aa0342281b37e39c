/** The histograms of a pool: what they tell of long waits, and where their words end. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { elapsed, makeTimes, percentiles, RUN, record, WAIT } from "../../src/futures/times.ts";

const MINUTE = 60_000_000;

describe("a pool's histograms", () => {
  test("count a wait of an hour as a wait, and as long as it was", () => {
    const times = makeTimes();
    record(times, WAIT, 60 * MINUTE);
    assert.equal(percentiles(times, RUN).max, 0);
    const { max } = percentiles(times, WAIT);
    assert.ok(max >= 3_600_000 && max < 3_600_000 * 1.13, `${max} ms`);
    record(times, RUN, 60 * MINUTE);
    assert.equal(percentiles(times, RUN).max, max);
  });

  test("know values to 12 %", () => {
    for (let micros = 1; micros < 2 ** 32; micros = Math.ceil(micros * 1.7)) {
      const times = makeTimes();
      record(times, RUN, micros);
      const found = percentiles(times, RUN).p50 * 1000;
      assert.ok(found >= micros && found <= micros * 1.125, `${found} for ${micros}`);
    }
  });
});

describe("the time between two looks at the clock", () => {
  test("is right where the clock wraps around, and none if the second clock is a little behind", () => {
    assert.equal(elapsed(0x7fff_fff0, 0x8000_0010 | 0), 0x20);
    assert.equal(elapsed(-5, 5), 10);
    assert.equal(elapsed(0, (60 * MINUTE) | 0), 60 * MINUTE);
    assert.equal(elapsed(5, 2), 0);
    assert.equal(elapsed(-0x8000_0000, 0x7fff_ffff), 0);
  });
});
