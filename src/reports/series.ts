import type { AlertingRule, AlertInstance, Sample } from '../alerts/prometheus.js';
import { printable } from './text.js';

/** A rule, as far as what fires of it is of interest. */
export type FiringRule = Pick<AlertingRule, 'name' | 'alerts'>;

/** Fires always, to show that alerts arrive. */
export const heartbeat = 'Watchdog';

/** `a="1", b="2"`, by name. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .filter(([name]) => name !== '__name__')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ');
}

/** Series as Prometheus' text format has them, one line each, by name. */
export function seriesLines(samples: readonly Sample[]): string[] {
  return samples
    .map(({ labels, value }) => `${labels.__name__ ?? ''}{${labelText(labels)}} ${value}`)
    .map(printable)
    .sort();
}

/** Every alert that fires, but for the one that always does. */
export function firingInstances(rules: readonly FiringRule[]): AlertInstance[] {
  return rules
    .filter(({ name }) => name !== heartbeat)
    .flatMap(({ name, alerts }) =>
      alerts.map((alert) => ({ ...alert, labels: { alertname: name, ...alert.labels } })),
    )
    .filter(({ state }) => state === 'firing');
}

/** The same, one line each. */
export function firingLines(rules: readonly FiringRule[]): string[] {
  return firingInstances(rules).map(({ labels, annotations, activeAt }) => {
    const text = annotations.description ?? annotations.summary ?? '';
    const { alertname = '', severity = '' } = labels;
    return printable(
      `${severity} ${alertname} since ${activeAt ?? 'unknown'}: ${text} {${labelText(labels)}}`,
    );
  });
}
