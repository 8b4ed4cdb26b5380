import { describe, expect, it } from 'vitest';
import {
  formatAgainst,
  formatExactTime,
  formatLimit,
  formatTime,
  formatValue,
} from '../../../src/reports/numbers.js';
import { markdownCell, printable } from '../../../src/reports/text.js';

describe('formatValue', () => {
  it('writes shares as percent, statistics with four digits and counts as they are', () => {
    expect(formatValue(0.783, 'share')).toBe('78.3%');
    expect(formatValue(0.0412, 'plain')).toBe('0.0412');
    expect(formatValue(342, 'count')).toBe('342');
  });

  it('never writes what is not known as 0', () => {
    expect(formatValue(undefined, 'share')).toBe('unknown');
    expect(formatTime(undefined)).toBe('unknown');
  });
});

describe('formatAgainst', () => {
  it('takes as many digits as it needs to differ from the limit', () => {
    expect(formatAgainst(0.7004, 0.7, 'share')).toBe('70.04%');
    expect(formatAgainst(0.04999999, 0.05, 'plain')).toBe('0.04999999');
    expect(formatAgainst(0.783, 0.7, 'share')).toBe('78.3%');
  });

  it('writes a value that equals its limit, and one without a limit, the short way', () => {
    expect(formatAgainst(0.7, 0.7, 'share')).toBe('70.0%');
    expect(formatAgainst(0.5, undefined, 'plain')).toBe('0.5000');
  });
});

it('writes limits without idle digits', () => {
  expect(formatLimit(0.7, 'share')).toBe('70%');
  expect(formatLimit(0.55, 'share')).toBe('55%');
  expect(formatLimit(0.12, 'plain')).toBe('0.12');
  expect(formatLimit(200, 'count')).toBe('200');
});

it('writes times in UTC, with milliseconds only where they are asked for', () => {
  expect(formatTime(1_768_046_400)).toBe('2026-01-10T12:00:00Z');
  expect(formatTime(1_768_046_400.9)).toBe('2026-01-10T12:00:00Z');
  expect(formatExactTime(1_768_046_400.25)).toBe('2026-01-10T12:00:00.250Z');
  expect(formatExactTime(1_768_046_400)).toBe('2026-01-10T12:00:00Z');
});

it('lets no control character of a name through', () => {
  expect(printable('a\u001b[2Jb\nc')).toBe('a\uFFFD[2Jb\uFFFDc');
  expect(markdownCell('a|b')).toBe('a\\|b');
});
