import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTimestamp } from '../../../src/readings/timestamp.js';

describe('parseTimestamp', () => {
  it('reads seconds, milliseconds and ISO 8601 as the same moment', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1e11, max: 4e12 }), (milliseconds) => {
        const seconds = milliseconds / 1000;
        const iso = new Date(milliseconds).toISOString();
        for (const raw of [seconds, String(seconds), milliseconds, String(milliseconds), iso]) {
          expect(parseTimestamp(raw)).toBeCloseTo(seconds, 6);
        }
      }),
    );
  });

  it.each([
    ['2026-01-10T05:43:15Z', 1768023795],
    ['2026-01-10 05:43:15', 1768023795],
    ['2026-01-10T05:43:15.250000', 1768023795.25],
    ['2026-01-10T06:43:15+01:00', 1768023795],
    ['2026-01-10 06:43:15+01:00', 1768023795],
    ['2026-01-10T05:43:15.250000+0000', 1768023795.25],
    ['2026-01-10 05:43:15 UTC', 1768023795],
    ['2026-01-10 05:43', 1768023780],
    ['2026-01-10', 1768003200],
  ])('reads %s as UTC where it names no zone', (text, expected) => {
    expect(parseTimestamp(text)).toBe(expected);
  });

  it.each([
    [null],
    [undefined],
    ['yesterday'],
    ['attempt 3'],
    ['Jan 10 2026'],
    ['2026-13-45'],
    [''],
    [-1],
    [Number.NaN],
    [{}],
    [true],
  ])('does not read %j', (raw) => {
    expect(parseTimestamp(raw)).toBeUndefined();
  });
});
