import { describe, expect, it } from 'vitest';
import { mutantsOf } from '../../support/mutations.js';
import { normalize, selectorsOf } from '../../support/promql.js';
import type { Rule } from '../../support/rule-files.js';

function alert(expr: string, hold?: string): Rule {
  return {
    alert: 'A',
    record: undefined,
    expr,
    for: hold,
    labels: {},
    annotations: {},
    file: 'f',
    group: 'g',
    interval: undefined,
  };
}

const changed = (expr: string): string[] =>
  mutantsOf(alert(expr)).flatMap(({ mutated }) => (mutated.expr === expr ? [] : [mutated.expr]));

describe('mutants of a rule', () => {
  it('move each number down and up, and turn each comparison', () => {
    expect(changed('a > bool 0.70')).toEqual(['a >= bool 0.70', 'a > bool 0.6993', 'a > bool 0.7007']);
    expect(changed('a <= 200')).toEqual(['a < 200', 'a <= 199', 'a <= 201']);
    expect(changed('round(a, 1e-6)')).toEqual(['round(a, 1e-7)', 'round(a, 0.00001)']);
    expect(changed('a and b unless c')).toEqual(['a unless b unless c', 'a and b and c']);
  });

  it('move the durations of ranges and offsets', () => {
    expect(changed('a[11m] offset 10m')).toEqual([
      'a[594000ms] offset 10m',
      'a[726000ms] offset 10m',
      'a[11m] offset 540000ms',
      'a[11m] offset 660000ms',
    ]);
  });

  it('leave names, labels and text alone', () => {
    expect(changed('p90{window="1h",check!="x > 2"}')).toEqual([]);
  });

  it('move `for`, and add one where there is none', () => {
    expect(mutantsOf(alert('a', '1m')).map(({ mutated }) => mutated.for)).toEqual(['55s', '65s']);
    expect(mutantsOf(alert('a')).map(({ mutated }) => mutated.for)).toEqual(['5s']);
  });
});

describe('selectors of an expression', () => {
  it('are its metrics, with their matchers, not its functions, keywords and label lists', () => {
    const found = selectorsOf(
      'max by (model) (x:y{check="a",window="gate"}) * on (kind) group_left (d) z[5m] offset 1m and topk(1, w)',
    );
    expect(found.map(({ name }) => name)).toEqual(['x:y', 'z', 'w']);
    expect(found[0]?.equal.get('check')).toBe('a');
    expect(found[0]?.anyWindow).toBe(normalize('x:y{check="a"}'));
  });

  it('refuse what is no PromQL', () => {
    expect(() => selectorsOf('a ; b')).toThrow('no PromQL');
  });
});
