import { describe, expect, it } from 'vitest';
import { Flaws } from '../../../../src/readings/flaws.js';
import { PortfolioModel, type PortfolioReading } from '../../../../src/readings/tables/portfolio.js';

const now = 100 * 86_400;

/** What snapshots amount to that were written an hour apart: total value and, where stated, pnl. */
function portfolio(...snapshots: readonly (readonly [number, number?])[]): PortfolioReading {
  const model = new PortfolioModel({ seriesLimit: 1, flaws: new Flaws(), now: () => now });
  snapshots.forEach(([value, pnl], index) => {
    model.add(index, [index, now - (snapshots.length - index) * 3600, value, pnl ?? null]);
  });
  return model.read(now);
}

describe('the drawdown of the portfolio', () => {
  it('is measured from the highest value of 30 days', () => {
    expect(portfolio([1000, 0], [1200, 200], [1080, 80])).toMatchObject({ peak: 1200, drawdown: 0.1 });
    expect(portfolio([1000, 0], [1200, 200])).toMatchObject({ value: 1200, drawdown: 0 });
  });

  it('is no loss where money was paid out, and none is hidden where money was paid in', () => {
    expect(portfolio([1000, 0], [400, 0])).toMatchObject({ value: 400, peak: 400, drawdown: 0 });
    expect(portfolio([1000, 0], [5000, 0], [4500, -500])).toMatchObject({ peak: 5000, drawdown: 0.1 });
  });

  it('is that of the bare values where the snapshots state no pnl', () => {
    expect(portfolio([1000], [800])).toMatchObject({ pnl: undefined, peak: 1000, drawdown: 0.2 });
  });

  it('is unknown without snapshots, and where there is nothing to lose', () => {
    expect(portfolio()).toMatchObject({ value: undefined, peak: undefined, drawdown: undefined });
    expect(portfolio([0, 0])).toMatchObject({ value: 0, drawdown: undefined });
  });
});
