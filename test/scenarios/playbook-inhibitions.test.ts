import { describe, expect, it } from 'vitest';
import { observePairs, type AlertPair } from '../support/inhibitions.js';

const pairs: readonly AlertPair[] = [
  { source: { alertname: 'DatabaseUnreadable' }, target: { alertname: 'CandlesStale' }, inhibited: true },
  { source: { alertname: 'DatabaseCorrupt' }, target: { alertname: 'CandlesStale' }, inhibited: true },
  { source: { alertname: 'DatabaseCorrupt' }, target: { alertname: 'DatabaseUnreadable' }, inhibited: true },
  { source: { alertname: 'AllCandlesStale' }, target: { alertname: 'CandlesStale' }, inhibited: true },
  { source: { alertname: 'DatabaseUnreadable' }, target: { alertname: 'AllCandlesStale' }, inhibited: false },
  { source: { alertname: 'ErrorRateSevere' }, target: { alertname: 'ErrorRateHigh' }, inhibited: true },
  {
    source: { alertname: 'DatabaseUnreadable' },
    target: { alertname: 'LogCriticalEvent', event: 'database_locked' },
    inhibited: true,
  },
  {
    source: { alertname: 'DatabaseUnreadable' },
    target: { alertname: 'LogCriticalEvent', event: 'websocket_lost' },
    inhibited: false,
  },
  {
    source: { alertname: 'PortfolioDrawdownCritical' },
    target: { alertname: 'LogCriticalEvent', event: 'max_drawdown' },
    inhibited: true,
  },
  {
    source: { alertname: 'UptimeLow', component: 'engine' },
    target: { alertname: 'UptimeBelowTarget', component: 'engine' },
    inhibited: true,
  },
  {
    source: { alertname: 'UptimeLow', component: 'engine' },
    target: { alertname: 'UptimeBelowTarget', component: 'backend' },
    inhibited: false,
  },
  {
    source: { alertname: 'DiskSpaceLow', severity: 'critical' },
    target: { alertname: 'DiskSpaceLow', severity: 'warning' },
    inhibited: true,
  },
  {
    source: { alertname: 'LogWarningEvent', severity: 'warning', event: 'confidence_dropped' },
    target: { alertname: 'LogWarningEvent', severity: 'info', event: 'retraining_loss' },
    inhibited: false,
  },
];

describe('Alertmanager', () => {
  it('leaves out what another alert tells, and nothing else', { timeout: 120_000 }, async () => {
    expect(await observePairs(pairs)).toEqual(pairs);
  });
});
