import { describe, expect, it } from 'vitest';
import { allowedText, formatAlertValue, isBeyond } from '../../../src/reports/alert-units.js';

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
  expect(formatAlertValue('RiskLimitBreached', 0.03, 0.1)).toBe('3.0%');
  expect(formatAlertValue('RiskLimitBreached', 2, 0, 'query_2')).toBe('2');
});

it('says of an alert about what is good from where it is told, not that more is wrong', () => {
  const of = (limit: number) => ({ query: 'query' as const, limits: [limit] });
  expect(allowedText('QscMonitoringCompleted', of(0.95))).toBe('told at 95%');
  expect(allowedText('GoLiveFirstOrder', of(0))).toBe('told above 0');
  expect(allowedText('GoLivePositionLimit', of(2))).toBe('at most 2');
});
