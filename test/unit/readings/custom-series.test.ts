import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seriesOfRows, type RowShape } from '../../../src/readings/custom-series.js';

const bySymbol: RowShape = { labels: ['symbol'], values: ['size'], valueLabel: undefined };
const alone: RowShape = { labels: [], values: ['value'], valueLabel: undefined };

describe('rows', () => {
  it('become a series each', () => {
    expect(
      seriesOfRows(
        [
          ['BTC', 2n],
          ['ETH', '0.5'],
          ['', -3],
        ],
        bySymbol,
        10,
      ),
    ).toEqual({
      series: [
        { labels: { symbol: 'BTC' }, value: 2 },
        { labels: { symbol: 'ETH' }, value: 0.5 },
        { labels: { symbol: '' }, value: -3 },
      ],
      flaws: [],
      isCut: false,
    });
  });

  it('become a series for each column of values', () => {
    const shape = { labels: ['symbol'], values: ['bid', 'ask'], valueLabel: 'side' };
    expect(seriesOfRows([['BTC', 1, 2]], shape, 10).series).toEqual([
      { labels: { symbol: 'BTC', side: 'bid' }, value: 1 },
      { labels: { symbol: 'BTC', side: 'ask' }, value: 2 },
    ]);
  });

  it.each([
    [null, 'value of {} is NULL and no number'],
    ['', 'value of {} is "" and no number'],
    ['high', 'value of {} is "high" and no number'],
    ['0x10', 'value of {} is "0x10" and no number'],
    [Number.NaN, 'value of {} is NaN and no number'],
    [Number.POSITIVE_INFINITY, 'value of {} is Infinity and no number'],
    [undefined, 'value of {} is a blob and no number'],
  ])('whose value is %s are left out', (value, detail) => {
    const { series, flaws } = seriesOfRows([[value]], alone, 10);
    expect(series).toEqual([]);
    expect(flaws).toEqual([{ reason: 'invalid_value', detail }]);
  });

  it('with the labels of one before are left out', () => {
    const { series, flaws } = seriesOfRows(
      [
        ['BTC', 1],
        ['BTC', 2],
        [null, 3],
        ['', 4],
      ],
      bySymbol,
      10,
    );
    expect(series.map(({ value }) => value)).toEqual([1, 3]);
    expect(flaws).toEqual([
      { reason: 'duplicate_series', detail: 'there are several values of {symbol="BTC"}' },
      { reason: 'duplicate_series', detail: 'there are several values of {symbol=""}' },
    ]);
  });

  it('keep whole numbers in labels as they are, and leave blobs out', () => {
    const { series, flaws } = seriesOfRows(
      [
        [9007199254740993n, 1],
        [undefined, 2],
      ],
      bySymbol,
      10,
    );
    expect(series).toEqual([{ labels: { symbol: '9007199254740993' }, value: 1 }]);
    expect(flaws).toEqual([{ reason: 'invalid_value', detail: 'the label symbol is no text' }]);
  });

  it('lose the end of a label that is too long, and no half of a character', () => {
    const [one] = seriesOfRows([['🚀'.repeat(200), 1]], bySymbol, 10).series;
    expect(one?.labels.symbol).toBe('🚀'.repeat(128));
  });

  it('beyond the limit are left out', () => {
    const rows = [
      ['a', 1],
      ['b', null],
      ['c', 3],
      ['d', 4],
    ];
    expect(seriesOfRows(rows, bySymbol, 3)).toMatchObject({ isCut: false });
    const cut = seriesOfRows(rows, bySymbol, 2);
    expect(cut.series.map(({ labels }) => labels.symbol)).toEqual(['a', 'c']);
    expect(cut.isCut).toBe(true);
  });
});

it('whatever the rows hold: each cell is a series or has a reason, and series are distinct and finite', () => {
  const cell = fc.oneof(
    fc.constantFrom(null, undefined, '', '1', 'x', Number.NaN),
    fc.double(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.string({ unit: 'binary', maxLength: 300 }),
  );
  const shape: RowShape = { labels: ['a', 'b'], values: ['x', 'y'], valueLabel: 'column' };
  const rows = fc.array(fc.array(cell, { minLength: 4, maxLength: 4 }), { maxLength: 30 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 40 }), (cells, limit) => {
      const { series, flaws, isCut } = seriesOfRows(cells, shape, limit);
      expect(series.length).toBeLessThanOrEqual(limit);
      expect(isCut || series.length + flaws.length === cells.length * 2).toBe(true);
      expect(!isCut || series.length === limit).toBe(true);
      expect(new Set(series.map(({ labels }) => JSON.stringify(labels))).size).toBe(series.length);
      for (const { labels, value } of series) {
        expect(Number.isFinite(value)).toBe(true);
        expect(Object.keys(labels)).toEqual(['a', 'b', 'column']);
        for (const text of Object.values(labels)) expect(Array.from(text).length).toBeLessThanOrEqual(128);
      }
    }),
  );
});
