import { describe, expect, it } from 'vitest';
import { poll } from '../../../src/platform/poll.js';

describe('poll', () => {
  it('asks until there is an answer', async () => {
    let asked = 0;
    expect(await poll(() => (++asked === 3 ? 'answer' : undefined), 5, 0.001)).toBe('answer');
    expect(asked).toBe(3);
  });

  it('gives up when time is up, having asked at least once', async () => {
    let asked = 0;
    const ask = (): string | undefined => {
      asked += 1;
      return undefined;
    };
    expect(await poll(ask, 0, 0.001)).toBeUndefined();
    expect(asked).toBe(1);
  });
});
