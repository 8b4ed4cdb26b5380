import { describe, expect, it } from 'vitest';
import { ObservedTime } from '../../../src/platform/observed-time.js';

describe('observed time', () => {
  it('adds up from look to look, and begins anew', () => {
    let now = 100;
    const time = new ObservedTime(5, () => now);
    now = 103;
    expect(time.look()).toBe(3);
    now = 107.5;
    expect(time.look()).toBe(7.5);
    time.reset();
    now = 108;
    expect(time.look()).toBe(0.5);
  });

  it('takes a pause of the program for one step', () => {
    let now = 0;
    const time = new ObservedTime(5, () => now);
    now = 3600;
    expect(time.look()).toBe(5);
    now = 3601;
    expect(time.look()).toBe(6);
  });
});
