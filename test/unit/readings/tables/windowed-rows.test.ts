import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { summarize } from '../../../../src/readings/tables/rolling-statistic.js';
import { columnOf, WindowedRows, windowSeconds } from '../../../../src/readings/tables/windowed-rows.js';

const day = 86_400;
const start = 100 * day;

interface Row {
  readonly id: number;
  readonly time: number;
  readonly group: number;
  readonly values: readonly number[];
}

/** Rows of a group in a window, counted one by one. */
function naive(
  rows: readonly Row[],
  window: keyof typeof windowSeconds,
  group: number,
  now: number,
): unknown {
  const values = rows
    .filter((row) => row.group === group && row.time > now - windowSeconds[window])
    .map(({ values: [value = Number.NaN] }) => value);
  const known = values.filter((value) => !Number.isNaN(value));
  return {
    rows: values.length,
    count: known.length,
    sum: known.reduce((sum, value) => sum + value, 0),
    min: known.length === 0 ? undefined : Math.min(...known),
    max: known.length === 0 ? undefined : Math.max(...known),
  };
}

function told(windowed: WindowedRows, window: keyof typeof windowSeconds, group: number): unknown {
  const cell = windowed.cells(window).get(group);
  const { count, sum, min, max } = summarize(columnOf([cell], 0));
  return { rows: cell?.rows ?? 0, count, sum, min, max };
}

const action = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      age: fc.integer({ min: 0, max: 40 * day }),
      group: fc.nat(2),
      value: fc.option(fc.integer({ min: -100, max: 100 }), { nil: Number.NaN }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('forget' as const), first: fc.nat(60), count: fc.nat(10) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      seconds: fc.constantFrom(-3600, 0, 1, 3600, day, 10 * day),
    }),
  },
);

describe('windows of rows', () => {
  it('hold what lies in them, whatever comes in which order, is taken out again, and however the clock is set', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const windowed = new WindowedRows(['1h', '24h', '30d'], 1, 100 * day);
        let rows: Row[] = [];
        let now = start;
        let id = 0;
        for (const step of actions) {
          if (step.kind === 'wait') now += step.seconds;
          else if (step.kind === 'add') {
            const row = { id: ++id, time: now - step.age, group: step.group, values: [step.value] };
            windowed.add(row);
            rows.push(row);
          } else {
            const isMeant = (row: Row): boolean => row.id >= step.first && row.id <= step.first + step.count;
            const removed = windowed.forget(step.first, step.first + step.count);
            expect(removed).toHaveLength(rows.filter(isMeant).length);
            rows = rows.filter((row) => !isMeant(row));
          }
          windowed.advance(now);
          for (const window of ['1h', '24h', '30d'] as const)
            for (const group of [0, 1, 2])
              expect(told(windowed, window, group)).toEqual(naive(rows, window, group, now));
        }
      }),
    );
  });

  it('leave no drift after a million values that came and went', () => {
    const windowed = new WindowedRows(['1h'], 1, 3600);
    for (let second = 0; second < 1_000_000; second++) {
      windowed.add({ id: second, time: second, group: 0, values: [second % 2 === 0 ? 1e9 + 0.1 : 0.1] });
      if (second % 600 === 0) windowed.advance(second);
    }
    windowed.advance(1_000_000 + 3598);
    const summary = summarize(columnOf([windowed.cells('1h').get(0)], 0));
    expect(summary).toMatchObject({ count: 1, sum: 0.1 });
  });

  it('drop rows that are older than is kept', () => {
    const windowed = new WindowedRows(['1h'], 0, day);
    for (let hour = 0; hour < 48; hour++) windowed.add({ id: hour, time: hour * 3600, group: 0, values: [] });
    windowed.advance(47 * 3600);
    let kept = 0;
    windowed.forEach(() => kept++);
    expect(kept).toBe(24);
    expect(windowed.newestTime).toBe(47 * 3600);
  });

  it('are asked by a name that is kept', () => {
    expect(() => new WindowedRows(['1h'], 0, day).cells('7d')).toThrow('no window of 7d');
  });
});
