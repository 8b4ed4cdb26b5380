import { describe, expect, it } from 'vitest';
import { sumOfCounter } from '../../../src/rollback/exposition.js';

const sum = (page: string): number | undefined => sumOfCounter(page, 'ess_triggers_total');

describe('sumOfCounter', () => {
  it('adds all series of the counter, and of no other', () => {
    const page = `# HELP ess_triggers_total 5
# TYPE ess_triggers_total counter
ess_triggers_total{source="manual"} 1
ess_triggers_total{source="} 7 {\\"",other="a b"} 2.0 1700000000000
ess_triggers_total{} 1e1\r
ess_triggers_total_created{source="manual"} 1.7e9
my_ess_triggers_total 9
`;
    expect(sum(page)).toBe(13);
  });

  it.each([
    ['without labels', 'ess_triggers_total 3', 3],
    ['that is 0', 'ess_triggers_total{source="manual"} 0.0\n', 0],
    ['that is not there', 'up 1\n', undefined],
    ['on a page that is none', '<html>ess_triggers_total</html>', undefined],
  ])('knows a counter %s', (_what, page, value) => {
    expect(sum(page)).toBe(value);
  });

  it.each(['NaN', '+Inf', '-1', 'x'])('takes %s for no count', (value) => {
    expect(() => sum(`ess_triggers_total{a="b"} ${value}\n`)).toThrow(value);
  });
});
