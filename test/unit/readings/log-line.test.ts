import { describe, expect, it } from 'vitest';
import { statedTime } from '../../../src/readings/log-line.js';

/** 2026-11-29 08:00:01 in this machine's zone, Unix seconds. */
const local = new Date(2026, 10, 29, 8, 0, 1).getTime() / 1000;
const utc = Date.UTC(2026, 10, 29, 8, 0, 1) / 1000;

describe('statedTime', () => {
  it.each([
    ['2026-11-29 08:00:01,123 [ERROR] WebSocket connection lost', local + 0.123],
    ['2026-11-29 08:00:01 [INFO] Candle closed', local],
    ['[2026-11-29 08:00:01.5] INFO x', local + 0.5],
    ['2026-11-29T08:00:01 x', local],
    ['2026-11-29T08:00:01Z x', utc],
    ['2026-11-29T08:00:01.25Z', utc + 0.25],
    ['2026-11-29T08:00:01.000001+02:00 x', utc - 7200 + 0.000001],
    ['2026-11-29 08:00:01 -0530 x', utc + 5.5 * 3600],
    ['2026-11-29 08:00:01,123 -12345 units', local + 0.123],
    ['2026-11-29 08:00:01 - engine - ERROR - x', local],
  ])('%s', (line, expected) => {
    expect(statedTime(line)).toBeCloseTo(expected, 5);
  });

  it.each([
    '[ERROR] WebSocket connection lost',
    'ERROR at 2026-11-29 08:00:01',
    '2026-13-29 08:00:01 no such month',
    '2026-11-29 25:00:01 no such hour',
    '2026-11-29 no time',
    '',
  ])('none: %s', (line) => {
    expect(statedTime(line)).toBeUndefined();
  });
});
