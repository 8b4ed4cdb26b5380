import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { mapStaggered } from '../../../src/platform/staggered.js';

describe('mapStaggered', () => {
  it('begins each in a turn of its own, waits for none, and keeps the order', async () => {
    const events: string[] = [];
    let turns = 0;
    let isOver = false;
    const count = async (): Promise<void> => {
      while (!isOver) {
        turns += 1;
        await nextTurn();
      }
    };
    const counting = count();
    const begun: number[] = [];
    const results = await mapStaggered(['a', 'b', 'c'], async (item, index) => {
      begun.push(turns);
      events.push(`${item} begins`);
      // The first is over last.
      for (let turn = index; turn < 10; turn += 1) await nextTurn();
      events.push(`${item} ends`);
      return item.toUpperCase();
    });
    isOver = true;
    await counting;
    expect(results).toEqual(['A', 'B', 'C']);
    expect(events.slice(0, 3)).toEqual(['a begins', 'b begins', 'c begins']);
    expect(new Set(begun).size).toBe(3);
  });

  it('fails with the first that fails, also where that is before the last has begun', async () => {
    const run = async (item: number): Promise<number> => {
      if (item === 1) throw new Error('the first');
      await nextTurn();
      return item;
    };
    await expect(mapStaggered([1, 2, 3], run)).rejects.toThrow('the first');
  });
});
