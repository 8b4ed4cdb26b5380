import type { PrometheusClient } from '../../src/alerts/prometheus.js';

/** They depend on the machine that the tests run on, not on what is simulated. */
const machineAlerts = ['DiskSpaceLow'];

/** An alert of the playbook that fires, or waits for its time. */
export interface RaisedAlert {
  readonly name: string;
  readonly state: 'pending' | 'firing';
  /** how long its condition must hold before it fires, seconds */
  readonly holds: number;
}

/** What of the playbook fires or waits now, rule by rule. */
export async function raisedOfPlaybook(prometheus: PrometheusClient): Promise<RaisedAlert[]> {
  const rules = await prometheus.alertingRules();
  return rules
    .filter(({ name, labels }) => labels.runbook === 'playbook' && !machineAlerts.includes(name))
    .flatMap(({ name, state, duration }) => (state === 'inactive' ? [] : [{ name, state, holds: duration }]));
}

/** Names of every alert of the playbook that has fired since then, as Prometheus recorded it. @param since Unix seconds */
export async function firedOfPlaybook(prometheus: PrometheusClient, since: number): Promise<string[]> {
  const window = Math.ceil(Date.now() / 1000 - since);
  const series = await prometheus.query(
    `count by (alertname) (last_over_time(ALERTS{alertstate="firing",runbook="playbook"}[${window}s]))`,
  );
  return series
    .map(({ labels }) => labels.alertname ?? '')
    .filter((name) => !machineAlerts.includes(name))
    .sort();
}
