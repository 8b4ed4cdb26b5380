import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../../src/platform/duration.js';

describe('parseDuration', () => {
  it.each([
    ['500ms', 0.5],
    ['5s', 5],
    ['1h30m', 5400],
    ['72h', 259_200],
    ['1.5h', 5400],
    ['1d', 86_400],
    ['0s', 0],
  ])('%s is %d s', (text, seconds) => {
    expect(parseDuration(text)).toBeCloseTo(seconds, 9);
  });

  it.each(['', '5', 's', '5 s', '-5s', '5sec', '1h30', 'h1'])('"%s" is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('adds up its parts', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(59), fc.nat(59), (hours, minutes, seconds) => {
        expect(parseDuration(`${hours}h${minutes}m${seconds}s`)).toBe(hours * 3600 + minutes * 60 + seconds);
      }),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [0.0004, '0s'],
    [0.0124, '0.012s'],
    [0.06, '0.1s'],
    [0.84, '0.8s'],
    [12.4, '12s'],
    [59.7, '1m 00s'],
    [245, '4m 05s'],
    [3599.6, '1h 00m'],
    [21_600, '6h 00m'],
    [90_000, '1d 1h'],
    [-75, '-1m 15s'],
  ])('%d s reads %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});
