import { describe, expect, it } from 'vitest';
import { parseTime } from '../../../src/commands/time.js';
import { UserError } from '../../../src/platform/errors.js';

const now = 1_768_050_000;
const parse = (text: string): number => parseTime(text, '--after', now);

describe('parseTime', () => {
  it.each([
    ['2026-01-10T05:43:15Z', 1_768_023_795],
    ['2026-01-10 05:43:15', 1_768_023_795],
    ['2026-01-10T05:43:15', 1_768_023_795],
    ['2026-01-10T05:43:15.25Z', 1_768_023_795.25],
    ['2026-01-10T07:43:15+02:00', 1_768_023_795],
    ['2026-01-10T00:13:15-0530', 1_768_023_795],
    ['2026-01-10', 1_768_003_200],
    ['1768023795', 1_768_023_795],
    ['1768023795.5', 1_768_023_795.5],
    ['1768023795500', 1_768_023_795.5],
    ['2h ago', now - 7200],
    ['1h30m  ago', now - 5400],
  ])('reads %s', (text, seconds) => {
    expect(parse(text)).toBe(seconds);
  });

  it.each([
    'yesterday',
    '',
    '42',
    '-1768023795',
    '1e9',
    '2026-02-30T00:00:00Z',
    '2026-01-10T25:00:00Z',
    '2026-01-10T05:43:15+99:00',
    'NaN',
    'ago',
    'two hours ago',
    '2h',
    '100000d ago',
  ])('refuses "%s" and says how a time is written', (text) => {
    expect(() => parse(text)).toThrow(UserError);
    expect(() => parse(text)).toThrow(/--after ".*" is no time\. Write it as/);
  });

  it('refuses a time in the future, and accepts this very moment', () => {
    expect(() => parse('1768050001')).toThrow(/lies in the future/);
    expect(parse(String(now))).toBe(now);
  });
});
