import { describe, expect, it } from 'vitest';
import { consecutiveRedDays, DayResults } from '../../../../src/readings/tables/day-results.js';

const midnight = Date.UTC(2026, 10, 29) / 1000;
const day = 86_400;

function results(...pnls: readonly (readonly [number, number])[]): DayResults {
  const days = new DayResults();
  for (const [time, pnl] of pnls) days.add(time, pnl, 1);
  return days;
}

describe('results by UTC day', () => {
  it('belong to the day on which a trade was closed, to the second', () => {
    const days = results([midnight - 1, -5], [midnight, 7], [midnight + day - 1, 1]);
    expect(days.read(midnight + day - 1)).toEqual([
      { date: '2026-11-28', pnl: -5, trades: 1 },
      { date: '2026-11-29', pnl: 8, trades: 2 },
    ]);
  });

  it('are those of 31 days, and lose what is taken out again', () => {
    const days = results(
      [midnight - 31 * day, 1],
      [midnight - 30 * day, 2],
      [midnight, 0.1],
      [midnight, 0.2],
    );
    days.add(midnight, 0.2, -1);
    expect(days.read(midnight).map(({ date, pnl }) => [date, pnl])).toEqual([
      ['2026-10-30', 2],
      ['2026-11-29', 0.1],
    ]);
  });
});

describe('consecutive red days', () => {
  const count = (days: DayResults): number => consecutiveRedDays(days.read(midnight + 1), '2026-11-29');

  it('leave today out, which is not complete', () => {
    expect(count(results([midnight, -1], [midnight - day, -1], [midnight - 2 * day, -1]))).toBe(2);
  });

  it('end at the newest day that is not red, a day of exactly 0 too', () => {
    expect(count(results([midnight - day, -1], [midnight - 2 * day, 0], [midnight - 3 * day, -1]))).toBe(1);
    expect(count(results([midnight - day, 3], [midnight - 2 * day, -1]))).toBe(0);
  });

  it('do not end at a day without trades', () => {
    expect(count(results([midnight - day, -1], [midnight - 5 * day, -1], [midnight - 9 * day, -1]))).toBe(3);
  });
});
