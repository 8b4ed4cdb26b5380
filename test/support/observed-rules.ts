import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { packageRoot } from '../../src/platform/package-root.js';

interface Judged {
  readonly alert: string;
  readonly severity: string;
  readonly query?: string;
  readonly limit?: string;
}

const growth = (counter: string): string =>
  `max by (deployment) (redline:go_live_growth{counter="${counter}"})`;
const dailyResult = 'last_over_time(quantum:daily_result:ratio[30s])';

/** The go-live's alerts, as far as a report asks: none of them fires, their past stands in the history. */
const goLiveAlerts: readonly Judged[] = [
  { alert: 'GoLiveEssTriggered', severity: 'critical', query: growth('ess_triggers'), limit: '0' },
  { alert: 'GoLiveDailyLossEmergency', severity: 'critical', query: dailyResult, limit: '-0.02' },
  {
    alert: 'GoLivePositionLimit',
    severity: 'critical',
    query: 'last_over_time(quantum:open_positions:count[30s])',
    limit: '2',
  },
  {
    alert: 'GoLiveLeverage',
    severity: 'critical',
    query: 'last_over_time(quantum:position_leverage:max[30s])',
    limit: '1',
  },
  { alert: 'GoLiveCriticalError', severity: 'critical', query: growth('critical_errors'), limit: '0' },
  { alert: 'GoLiveDailyLossLimit', severity: 'warning', query: dailyResult, limit: '-0.005' },
  {
    alert: 'GoLiveCircuitBreakerOpen',
    severity: 'critical',
    query: 'max by (provider) (last_over_time(qt_provider_circuit_open[30s]))',
    limit: '0',
  },
  { alert: 'GoLiveBackendUnavailable', severity: 'critical' },
  { alert: 'GoLiveFailover', severity: 'warning', query: growth('failovers'), limit: '0' },
  { alert: 'GoLiveFirstOrder', severity: 'info', query: growth('trades_executed'), limit: '0' },
  { alert: 'GoLiveObservationPassed', severity: 'info' },
];

/** Rule files for a report's Prometheus: the product's; those of the go-live in the folder where the product has none. */
export function observedRuleFiles(folder: string): string[] {
  const rules = join(packageRoot, 'prometheus', 'rules');
  const files = ['post-calibration.yml', 'qsc-canary.yml'].map((name) => join(rules, name));
  const product = join(rules, 'go-live.yml');
  if (existsSync(product)) return [...files, product];
  const own = join(folder, 'go-live.yml');
  const group = goLiveAlerts.map(({ alert, severity, query, limit }) => ({
    alert,
    expr: 'vector(0) > 1',
    labels: { runbook: 'go-live', severity },
    annotations: {
      summary: alert,
      ...(query === undefined ? {} : { query }),
      ...(limit === undefined ? {} : { limit }),
    },
  }));
  writeFileSync(own, stringify({ groups: [{ name: 'go-live', rules: group }] }));
  return [...files, own];
}
