import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { GroupCommit } from '../../../src/platform/group-commit.js';

describe('GroupCommit', () => {
  it('shares a commit among those who come together, and the next among those who come meanwhile', async () => {
    const batches: number[][] = [];
    const commits = new GroupCommit(async (items: readonly number[]) => {
      batches.push([...items]);
      await turn();
      return items.map((item) => item * 10);
    });
    const first = [commits.submit(1), commits.submit(2)];
    await Promise.resolve();
    await Promise.resolve();
    const second = [commits.submit(3), commits.submit(4)];
    expect(await Promise.all([...first, ...second])).toEqual([10, 20, 30, 40]);
    expect(batches).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('fails everyone of a failed commit and nobody of the next', async () => {
    let fail = true;
    const commits = new GroupCommit(async (items: readonly string[]) => {
      await turn();
      if (fail) throw new Error('disk full');
      return items;
    });
    const failing = await Promise.allSettled([commits.submit('a'), commits.submit('b')]);
    expect(failing.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fail = false;
    expect(await commits.submit('c')).toBe('c');
    await commits.idle();
  });
});
