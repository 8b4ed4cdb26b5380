import { describe, expect, it } from 'vitest';
import { rangeOf } from '../../../../src/reports/page/history.js';
import { sparkline } from '../../../../src/reports/page/sparkline.js';

const history = { start: 0, end: 100, gapSeconds: 15 };

function draw(curve: readonly (readonly [number, number])[], limits: readonly number[] = []): string {
  return sparkline({ ...history, curves: [curve] }, { description: 'shares', limits }).markup;
}

describe('a sparkline', () => {
  it('is broken where nothing is known, and shows a value that stands alone', () => {
    const drawn = draw([
      [0, 1],
      [10, 2],
      [50, 1],
      [60, 2],
      [90, 1],
    ]);
    expect(drawn.match(/class="curve"/g)).toHaveLength(2);
    expect(drawn.match(/<circle/g)).toHaveLength(1);
  });

  it('draws the limits in the scale of the values, inside of the picture', () => {
    const drawn = draw(
      [
        [0, 0.2],
        [10, 0.4],
      ],
      [0.7],
    );
    expect(drawn).toContain('class="limit" d="M0 3H132"');
    const heights = [...drawn.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, , y]) => Number(y));
    expect(heights.every((y) => y >= 0 && y <= 32)).toBe(true);
  });

  it('is described for who does not see it', () => {
    expect(draw([[0, 1]])).toMatch(/role="img"[^>]*aria-label="shares"/);
  });
});

describe('the time of a history', () => {
  it.each([
    ['a young deployment: two minutes', 60, 120, 5],
    ['its whole life', 3600, 3600, 60],
    ['an old one: six hours', 1_000_000, 21_600, 360],
  ])('%s', (_, age, length, step) => {
    const now = 2_000_000;
    expect(rangeOf(now - age, now)).toEqual({ start: now - length, end: now, step });
  });
});
