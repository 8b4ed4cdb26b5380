import { expect, it } from 'vitest';
import { gauge } from '../../../src/metrics/metric.js';
import { Page } from '../../../src/metrics/page.js';
import { renderAhead, seriesOf } from '../../../src/metrics/rendered-series.js';
import { Values } from '../../../src/metrics/values.js';

const trades = gauge({ name: 'trades', help: 'A "help"', unit: '', source: '', labels: ['symbol'] });
const up = gauge({ name: 'up', help: 'Up', unit: '', source: '', labels: [] });

function tables(): Values {
  const values = new Values();
  values.set(trades, { symbol: 'BTC/USDT' }, 3);
  values.set(trades, { symbol: 'a "b" c' }, -0.5);
  return values;
}

it.each(['text', 'openmetrics'] as const)(
  'series that were rendered ahead stand on a page of %s as if it had rendered them',
  (format) => {
    const ahead = new Values();
    ahead.include(renderAhead(tables()));
    ahead.set(up, {}, 1);
    const merged = new Values();
    merged.merge(ahead);
    const together = tables();
    together.set(up, {}, 1);
    expect(new Page(merged, []).render(format).toString()).toBe(
      new Page(together, []).render(format).toString(),
    );
  },
);

it('can be told series by series', () => {
  expect([...seriesOf(renderAhead(tables()))]).toEqual([
    ['trades{symbol="BTC/USDT"}', 3],
    ['trades{symbol="a \\"b\\" c"}', -0.5],
  ]);
});
