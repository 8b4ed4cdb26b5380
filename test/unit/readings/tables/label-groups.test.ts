import { describe, expect, it } from 'vitest';
import { LabelGroups } from '../../../../src/readings/tables/label-groups.js';
import { PairModes } from '../../../../src/readings/tables/pair-modes.js';
import { readPositions } from '../../../../src/readings/tables/positions.js';

describe('pairs of symbol and interval', () => {
  it('have numbers of their own up to the limit, and share one beyond it', () => {
    const groups = new LabelGroups(2);
    const numbers = [
      ['A', '1m'],
      ['A', '5m'],
      ['B', '1m'],
      ['C', '1m'],
      ['A', '1m'],
    ].map(([symbol = '', interval = '']) => groups.numberOf(symbol, interval));
    expect(numbers).toEqual([1, 2, 0, 0, 1]);
    expect(groups.folded).toBe(2);
    expect(groups.pairOf(2)).toEqual({ symbol: 'A', interval: '5m' });
    expect(groups.pairOf(0)).toEqual({ symbol: 'other', interval: 'other' });
    groups.clear();
    expect(groups.numberOf('C', '1m')).toBe(1);
  });

  it('are told apart whatever their names hold', () => {
    const groups = new LabelGroups(9);
    expect(groups.numberOf('A/B', '1m')).not.toBe(groups.numberOf('A', 'B/1m'));
  });

  it('have a number for each mode, in any case of letters', () => {
    const groups = new PairModes(5);
    const learning = groups.numberOf('A', '1m', 'learning');
    const trading = groups.numberOf('A', '1m', 'TRADING');
    const other = groups.numberOf('A', '1m', 'PAUSED');
    expect([learning, trading, other].map((number) => groups.modeOf(number))).toEqual([
      'LEARNING',
      'TRADING',
      'other',
    ]);
    expect(groups.siblings(trading)).toEqual([learning, trading, other]);
    expect(groups.pairsAmong([trading, other])).toEqual([learning]);
  });
});

describe('open positions', () => {
  it('are counted by symbol, with what they would bring, the highest leverage and the most that a stop would cost', () => {
    const rows = [
      ['BTC/USDT', 100, 110, 2, 1, 95],
      ['BTC/USDT', 100, 90, 1, 3, 0],
      ['ETH/USDT', 10, 10, -5, null, 12.5],
      ['SOL/USDT', 1, 2, 1, null, null],
    ];
    expect(readPositions(rows, 12.5, 2)).toEqual({
      openCount: 4,
      open: [
        { symbol: 'BTC/USDT', positions: 2 },
        { symbol: 'ETH/USDT', positions: 1 },
        { symbol: 'other', positions: 1 },
      ],
      realizedPnl: 12.5,
      unrealizedPnl: 11,
      leverageMax: 3,
      riskMax: 12.5,
    });
  });

  it('bring something unknown where one does not say its price', () => {
    expect(readPositions([['BTC/USDT', 100, null, 2, null]], undefined, 5)).toMatchObject({
      realizedPnl: undefined,
      unrealizedPnl: undefined,
      leverageMax: undefined,
      riskMax: undefined,
    });
  });
});
