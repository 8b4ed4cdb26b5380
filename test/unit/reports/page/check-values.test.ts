import { describe, expect, it } from 'vitest';
import { shownQuantities, shownValues } from '../../../../src/reports/page/check-values.js';
import { collapse } from './status-samples.js';

const of = (name: string, value: number | undefined, limit: number) =>
  ({ of: name, query: 'query', value, limits: [limit] }) as const;

describe('the values of a check', () => {
  it('say what is allowed: at most, at least, a band, or what is wrong between two limits', () => {
    const shown = (alertname: string, value: number, limits: readonly number[]) =>
      shownValues({ ...collapse, alertname, values: [{ of: '', query: 'query', value, limits }] })[0];
    expect(shown('QscActionCollapse', 0.38, [0.7])).toEqual({ value: '38.0%', allowed: 'at most 70%' });
    expect(shown('QscInsufficientEvents', 727, [200])).toEqual({ value: '727', allowed: 'at least 200' });
    expect(shown('QscEnsembleDysfunction', 0.67, [0.8, 0.55])?.allowed).toBe('55% to 80%');
    expect(shown('WinRateBelowTarget', 0.57, [0.45, 0.55])?.allowed).toBe('not 45% to 55%');
  });

  it('say once what is allowed of several, and each where it differs', () => {
    const values = [of('HOLD', 0.4, 0.7), of('BUY', 0.3, 0.7)];
    expect(shownValues({ ...collapse, values })).toEqual([
      { value: 'HOLD 40.0%', allowed: 'at most 70%' },
      { value: 'BUY 30.0%', allowed: '' },
    ]);
    const differing = [of('HOLD', 0.4, 0.7), of('BUY', 0.3, 0.6)];
    expect(shownValues({ ...collapse, values: differing }).map(({ allowed }) => allowed)).toEqual([
      'at most 70%',
      'at most 60%',
    ]);
  });

  it('tell of many the one that matters most', () => {
    const values = ['a', 'b', 'c', 'd'].map((name, index) => of(name, index / 10, 0.7));
    expect(shownValues({ ...collapse, values })).toEqual([
      { value: 'd 30.0%', allowed: 'at most 70%' },
      { value: 'and 3 more like it', allowed: '' },
    ]);
  });

  it('are called unknown where nobody knows, never left out', () => {
    const unknown = { ...collapse, state: 'unknown' } as const;
    expect(shownValues({ ...unknown, values: [of('', undefined, 0.7)] })).toEqual([
      { value: 'unknown', allowed: 'at most 70%' },
    ]);
    expect(shownValues({ ...unknown, values: [] })).toEqual([{ value: 'unknown', allowed: '' }]);
  });
});

describe('the quantities of a check', () => {
  const first = of('', 0.12, 0.01);
  const second = { ...of('', 0.3, 0.001), query: 'query_2' } as const;
  const shown = (check: object) =>
    shownQuantities({ ...collapse, alertname: 'QscConstantOutput', values: [first, second], ...check });

  it('have their own words, values and limits', () => {
    expect(shown({})).toEqual([
      {
        quantity: 'standard deviation of the confidence',
        values: [{ value: '0.1200', allowed: 'at least 0.01' }],
      },
      {
        quantity: 'range of the confidence, p90 - p10',
        values: [{ value: '0.3000', allowed: 'at least 0.001' }],
      },
    ]);
  });

  it('say what is allowed of each, also where it is the same', () => {
    const values = [of('a', 0, 0), { ...of('a', 0, 0), query: 'query_2' }];
    const allowed = shown({ alertname: 'GoLiveSchedulerErrors', values }).map(
      (one) => one.values[0]?.allowed,
    );
    expect(allowed).toEqual(['at most 0', 'at most 0']);
  });

  it('are one where there is no value of another, or none at all', () => {
    const unknown = { ...second, value: undefined };
    expect(shown({ values: [first, unknown] })).toHaveLength(1);
    expect(shown({ alertname: 'RedisDown', values: [] })).toEqual([
      { quantity: 'whether Redis answers', values: [] },
    ]);
    expect(shown({ state: 'unknown', values: [first, unknown] })[1]?.values).toEqual([
      { value: 'unknown', allowed: 'at least 0.001' },
    ]);
  });

  it('have no words where the alert is of others', () => {
    expect(shown({ alertname: 'SomebodyElses' }).map(({ quantity }) => quantity)).toEqual([
      undefined,
      undefined,
    ]);
  });
});
