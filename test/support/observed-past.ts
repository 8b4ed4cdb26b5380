import type { Fact } from '../../src/rollback/records.js';
import type { Deployment } from '../../src/deployments/deployment.js';
import type { PastSeries } from './history.js';
import { calibration, canary, manual } from './violations.js';

/** A provider whose name tries to be markup and a column of a table. */
export const hostileProvider = '<script>alert(1)</script>|**x**';

const minute = 60;
const hour = 3600;

/** Deployments of a past that ends now. */
export interface ObservedPast {
  readonly passed: Deployment;
  readonly rolledBack: Deployment;
  /** ended by a person after seconds, between two half minutes of the clock */
  readonly brief: Deployment;
  readonly underWay: Deployment;
  readonly calibration: Deployment;
}

function goLive(id: string, start: number, end: number, changes: Partial<Deployment>): Deployment {
  return canary({
    id,
    kind: 'go-live',
    model: '',
    operator: 'Kari <b>Nordmann</b>',
    cutover: null,
    weight: null,
    started_at: start,
    declared_at: start,
    ends_at: end,
    ...changes,
  });
}

/** Three go-lives that are over, one that is under way, and a calibration before them. @param now Unix seconds */
export function observedPast(now: number): ObservedPast {
  const briefly = Math.ceil((now - 3.5 * hour) / 30) * 30 + 5;
  return {
    calibration: calibration({
      id: 'calibration-1',
      operator: 'ola',
      started_at: now - 80 * hour,
      declared_at: now - 80 * hour,
      ends_at: now - 8 * hour,
      baseline: {
        captured_at: now - 81 * hour,
        values: [{ quantity: 'drawdown', action: '', value: 0.02, measured: 0.015, source: 'history' }],
      },
    }),
    rolledBack: goLive('go-live-1', now - 4.5 * hour, now - 4.5 * hour + 37 * minute + 12, {}),
    brief: goLive('go-live-brief', briefly, briefly + 12, {}),
    passed: goLive('go-live-2', now - 3 * hour, now - hour, {}),
    underWay: goLive('go-live-3', now - 50 * minute, now + 70 * minute, {}),
  };
}

/** When too many positions were open, seconds after the start of the one that was rolled back. */
const violationAfter = 36 * minute + 45;
/** When the first order of the one that passed was executed, seconds after its start. */
export const firstOrderAfter = 41 * minute;

/** What the receiver recorded of them. */
export function observedFacts({ calibration: calibrated, ...goLives }: ObservedPast): Fact[] {
  const { rolledBack, brief, passed, underWay } = goLives;
  const started = (deployment: Deployment): Fact => ({ type: 'deployment_started', deployment });
  const ended = ({ id, ends_at }: Deployment, outcome: 'completed' | 'rolled_back' | 'accepted'): Fact => ({
    type: 'deployment_ended',
    deployment: id,
    at: ends_at ?? 0,
    outcome,
  });
  const clean = ({ id }: Deployment): Fact => ({
    type: 'monitoring_completed',
    deployment: id,
    result: 'no_violations',
    checks_performed: 1440,
  });
  return [
    started(calibrated),
    ended(calibrated, 'completed'),
    clean(calibrated),
    started(rolledBack),
    ...rollbackFacts(rolledBack),
    started(brief),
    ended(brief, 'accepted'),
    started(passed),
    ended(passed, 'completed'),
    clean(passed),
    started(underWay),
  ];
}

function rollbackFacts({ id, started_at, ends_at }: Deployment): Fact[] {
  const rollback = 'go-live-rollback-1';
  const reason = '3 positions are open; the limit is 2.';
  const result = {
    exit_code: 0,
    signal: null,
    timed_out: false,
    error: '',
    output: 'removed',
    output_truncated: false,
  };
  return [
    {
      type: 'rollback_started',
      rollback,
      plan: 'go-live',
      deployment: id,
      mode: 'auto',
      trigger: {
        ...manual,
        source: 'webhook',
        alertname: 'GoLivePositionLimit',
        description: reason,
        reason,
        startsAt: started_at + violationAfter,
      },
    },
    { type: 'deployment_ended', deployment: id, at: ends_at ?? 0, outcome: 'rolled_back' },
    {
      type: 'method_started',
      rollback,
      name: 'marker',
      argv: ['/opt/redline/rollback/go-live-marker.sh'],
    },
    {
      type: 'method_finished',
      rollback,
      name: 'marker',
      ...result,
      verification: [{ check: 'file_absent go_live.active', ok: true, detail: 'absent' }],
    },
    {
      type: 'evidence_added',
      rollback,
      alertname: 'GoLiveCircuitBreakerOpen',
      description: `The circuit breaker of ${hostileProvider} is open.`,
      payload_sha256: null,
    },
    { type: 'rollback_finished', rollback, result: 'succeeded', note: '' },
  ];
}

/** What Prometheus kept of them. @param now Unix seconds */
export function observedSeries(past: ObservedPast, now: number): PastSeries[] {
  return [...goLiveSeries(past, now), ...calibrationSeries(past.calibration, now)];
}

function goLiveSeries({ rolledBack, passed, underWay }: ObservedPast, now: number): PastSeries[] {
  const from = rolledBack.started_at - 30 * minute;
  const all = (series: string, value: PastSeries['value']): PastSeries => ({
    series,
    from,
    to: now,
    value,
    step: 15,
  });
  const constant = (series: string, value: number): PastSeries => all(series, () => value);
  const backend = 'job="backend"';
  const since = (deployment: Deployment, seconds: number) => (time: number) =>
    time >= deployment.started_at + seconds;
  const tooMany = since(rolledBack, violationAfter);
  const isTooMany = (time: number): boolean => tooMany(time) && time <= (rolledBack.ends_at ?? 0) + 60;
  const ordered = since(passed, firstOrderAfter);
  return [
    constant('up{job="redline-exporter"}', 1),
    constant(`up{${backend}}`, 1),
    constant('quantum_probe_success{target="backend"}', 1),
    constant('quantum_probe_status_code{target="backend"}', 200),
    constant('quantum_probe_last_duration_seconds{target="backend"}', 0.012),
    all(
      `qt_api_request_total{${backend},route="/health",method="GET",status_code="200"}`,
      (time) => Math.round((time - from) / 10) + 4,
    ),
    ...[0.01, 0.05, 1, Infinity].map((bound) =>
      all(
        `qt_api_request_duration_seconds_bucket{${backend},route="/health",le="${bound === Infinity ? '+Inf' : bound}"}`,
        (time) => ((time - from) / 10) * (bound === 0.01 ? 0.4 : 1),
      ),
    ),
    constant(`qt_provider_success_total{${backend},provider="binance"}`, 89),
    constant(`qt_provider_failures_total{${backend},provider="binance"}`, 0),
    constant(`qt_provider_circuit_open{${backend},provider="binance"}`, 0),
    constant(`qt_scheduler_runs_total{${backend},job_id="execution-rebalance",status="error"}`, 1),
    constant(`qt_scheduler_runs_total{${backend},job_id="liquidity-refresh",status="success"}`, 1),
    constant(`qt_scheduler_run_duration_seconds{${backend},job_id="execution-rebalance"}`, 22.91),
    constant(`qt_cache_hits_total{${backend},cache_name="prices",result="hit"}`, 200),
    constant(`qt_cache_hits_total{${backend},cache_name="prices",result="miss"}`, 50),
    constant(`risk_gate_decisions_total{${backend},decision="ALLOW"}`, 12),
    constant(`risk_gate_decisions_total{${backend},decision="BLOCK"}`, 4),
    all('quantum:daily_result:ratio', (time) => (ordered(time) ? -0.0012 : 0)),
    all('quantum:open_positions:count', (time) => (isTooMany(time) ? 3 : ordered(time) ? 1 : 0)),
    constant('quantum:portfolio_value:usd', 10_000),
    constant('quantum:margin_used:ratio', 0.1),
    constant('quantum_margin_limit_ratio', 1),
    all('quantum:backend_counter{counter="trades_executed"}', (time) => (ordered(time) ? 8 : 7)),
    constant('quantum:backend_counter{counter="ess_triggers"}', 2),
    ...[rolledBack, passed, underWay].flatMap((deployment) => observationSeries(deployment, now)),
    fired('GoLivePositionLimit', 'critical', rolledBack, violationAfter, 10 * minute, ',rollback="go-live"'),
    fired(
      'GoLiveCircuitBreakerOpen',
      'critical',
      rolledBack,
      20 * minute,
      22 * minute,
      `,provider=${JSON.stringify(hostileProvider)}`,
    ),
    fired('GoLiveFirstOrder', 'info', passed, firstOrderAfter, 2 * hour, ''),
    fired('GoLiveObservationPassed', 'info', passed, 2 * hour + 10, 3 * hour, ''),
    {
      ...fired('CandlesStale', 'warning', passed, 10 * minute, 30 * minute, ''),
      series: 'ALERTS{alertname="CandlesStale",alertstate="firing",severity="warning",runbook="playbook"}',
    },
  ];
}

/** An alert of the go-live runbook, so many seconds after the start of a deployment. */
function fired(
  alertname: string,
  severity: string,
  { id, started_at }: Deployment,
  from: number,
  until: number,
  labels: string,
): PastSeries {
  return {
    series: `ALERTS{alertname="${alertname}",alertstate="firing",severity="${severity}",runbook="go-live",deployment="${id}"${labels}}`,
    from: started_at + from,
    to: started_at + Math.max(from, until),
    value: () => 1,
    step: 5,
  };
}

/** What the rules count of one observation, and by how much the counters grew. */
function observationSeries({ id, started_at, ends_at }: Deployment, now: number): PastSeries[] {
  const during = (series: string, value: PastSeries['value']): PastSeries => ({
    series,
    from: started_at + 5,
    to: Math.min(now, ends_at ?? now),
    value,
    step: 15,
  });
  const inputs = [
    'backend_health',
    'backend_metrics',
    'daily_result',
    'positions',
    'leverage',
    'go_live_marker',
    'backend_unit',
  ];
  const counters = ['ess_triggers', 'critical_errors', 'failovers', 'trades_executed'];
  return [
    during(`redline:observation_seconds:counted{deployment="${id}"}`, (time) => time - started_at),
    ...inputs.flatMap((input) => [
      during(
        `redline_deployment_expected_input{deployment="${id}",kind="go-live",input="${input}"}`,
        () => 1,
      ),
      during(
        `redline:telemetry_present_seconds{deployment="${id}",input="${input}"}`,
        (time) => (time - started_at) * 0.99,
      ),
    ]),
    ...counters.map((counter) =>
      during(`redline:go_live_growth{deployment="${id}",counter="${counter}"}`, (time) =>
        counter === 'trades_executed' && id === 'go-live-2' && time >= started_at + firstOrderAfter ? 1 : 0,
      ),
    ),
  ];
}

function calibrationSeries({ id, started_at, ends_at }: Deployment, now: number): PastSeries[] {
  const during = (series: string, value: PastSeries['value'], step = 30): PastSeries => ({
    series,
    from: started_at - 10 * minute,
    to: Math.min(now, ends_at ?? now),
    value,
    step,
  });
  const of = `deployment="${id}"`;
  return [
    during('up{job="redline-exporter",instance="old"}', () => 1),
    during('quantum_unit_active{role="engine"}', () => 1),
    during('quantum_unit_active{role="harvest"}', () => 1),
    during('quantum_calibration_loaded', () => 1),
    during('quantum_calibration_load_count', () => 1),
    during('quantum_equity', () => 10_250),
    during(`redline:calibration_reading{${of},quantity="drawdown"}`, (time) =>
      time > started_at + 20 * hour && time < started_at + 22 * hour ? 0.033 : 0.011,
    ),
    during(`redline:calibration_phase{${of},phase="D"}`, () => 1, 120),
    during(`redline:observation_seconds:counted{${of}}`, (time) => Math.max(1, time - started_at), 60),
    during(
      `redline:telemetry_present_seconds{${of},input="decisions"}`,
      (time) => Math.max(1, time - started_at) * 0.97,
      60,
    ),
    {
      series: `ALERTS{alertname="DrawdownAboveNormal",alertstate="firing",severity="warning",runbook="post-calibration",${of}}`,
      from: started_at + 20 * hour,
      to: started_at + 22 * hour,
      value: () => 1,
      step: 30,
    },
  ];
}
