import { describe, expect, it } from 'vitest';
import { formatAlertValue, isBeyond } from '../../../src/reports/alert-units.js';

function beyond(alertname: string, value: number | undefined, ...limits: readonly number[]): boolean {
  return isBeyond(alertname, { of: '', query: 'query', value, limits });
}

describe('a value is on the wrong side', () => {
  it('above its limit, or below where less is worse', () => {
    expect(beyond('PortfolioDrawdownCritical', 0.16, 0.15)).toBe(true);
    expect(beyond('WinRateLow', 0.44, 0.45)).toBe(true);
    expect(beyond('WinRateLow', 0.6, 0.45)).toBe(false);
  });

  it('outside of a band that is the target', () => {
    expect(beyond('ModeMixOffTarget', 0.5, 0.4, 0.6)).toBe(false);
    expect(beyond('ModeMixOffTarget', 0.7, 0.4, 0.6)).toBe(true);
  });

  it('inside of a band beyond which another alert judges, whichever limit stands first', () => {
    expect(beyond('WinRateBelowTarget', 0.5, 0.55, 0.45)).toBe(true);
    expect(beyond('WinRateBelowTarget', 0.6, 0.55, 0.45)).toBe(false);
    expect(beyond('ErrorRateElevated', 0.03, 0.01, 0.05)).toBe(true);
    expect(beyond('ErrorRateElevated', 0.005, 0.01, 0.05)).toBe(false);
  });

  it('never where it is not known', () => {
    expect(beyond('WinRateLow', undefined, 0.45)).toBe(false);
    expect(beyond('WinRateLow', 0.1)).toBe(false);
  });
});

it('values have the unit of what their alert judges', () => {
  expect(formatAlertValue('WinRateLow', 0.4, 0.45)).toBe('40.0%');
  expect(formatAlertValue('CandlesStale', 4500, 3900)).toBe('1h 15m');
  expect(formatAlertValue('RetrainingFrequent', 6, 5)).toBe('6');
});
