import { describe, expect, it } from 'vitest';
import { observePairs, type AlertPair } from '../support/inhibitions.js';

const pairs: readonly AlertPair[] = [
  {
    source: { alertname: 'ApiErrorRateHigh' },
    target: { alertname: 'ApiErrorRateAboveAcceptance' },
    inhibited: true,
  },
  {
    source: { alertname: 'ApiLatencyHigh' },
    target: { alertname: 'ApiLatencyAboveAcceptance' },
    inhibited: true,
  },
  {
    source: { alertname: 'ApiLatencyHigh', target: 'backend' },
    target: { alertname: 'ApiLatencyAboveAcceptance', target: 'backend' },
    inhibited: true,
  },
  {
    source: { alertname: 'ApiLatencyHigh', target: 'backend' },
    target: { alertname: 'ApiLatencyAboveAcceptance', target: 'model_service' },
    inhibited: false,
  },
  { source: { alertname: 'RiskLimitBreached' }, target: { alertname: 'DrawdownNearLimit' }, inhibited: true },
  {
    source: { alertname: 'RiskLimitBreached', status_code: '423' },
    target: { alertname: 'DrawdownNearLimit' },
    inhibited: false,
  },
  { source: { alertname: 'RateLimited' }, target: { alertname: 'RateLimitNearLimit' }, inhibited: true },
  {
    source: { alertname: 'ModelServiceDown' },
    target: { alertname: 'ModelServiceUnreachable' },
    inhibited: true,
  },
  {
    source: { alertname: 'ModelServiceDown' },
    target: { alertname: 'ConsensusProbeFailed' },
    inhibited: true,
  },
  {
    source: { alertname: 'ModelServiceDown' },
    target: { alertname: 'ApiLatencyHigh', target: 'model_service' },
    inhibited: true,
  },
  {
    source: { alertname: 'ModelServiceDown' },
    target: { alertname: 'ApiLatencyHigh', target: 'backend' },
    inhibited: false,
  },
  { source: { alertname: 'BackendDown' }, target: { alertname: 'ConsensusProbeFailed' }, inhibited: true },
  {
    source: { alertname: 'BackendDown' },
    target: { alertname: 'ApiLatencyHigh', target: 'backend' },
    inhibited: true,
  },
  { source: { alertname: 'BackendDown' }, target: { alertname: 'ApiLatencyHigh' }, inhibited: false },
  { source: { alertname: 'BackendDown' }, target: { alertname: 'ModelServiceDown' }, inhibited: false },
];

describe('Alertmanager', () => {
  it('leaves out what another alert tells, and nothing else', { timeout: 120_000 }, async () => {
    expect(await observePairs(pairs)).toEqual(pairs);
  });
});
