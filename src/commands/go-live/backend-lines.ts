import type { PrometheusClient } from '../../alerts/prometheus.js';
import { scrapedTargets } from '../../alerts/scraped-targets.js';
import type { Config } from '../../config/schema.js';
import { hasBackend } from '../../deployments/go-live-inputs.js';
import { exporterMetric, job, recordedMetric } from '../../names.js';
import type { CheckLine } from '../../reports/check-lines.js';
import { formatAgainst } from '../../reports/numbers.js';
import { printable } from '../../reports/text.js';
import { targetLines } from '../check/prometheus.js';
import { telemetryLine } from '../preflight.js';

/**
 * What the backend itself says before a go-live: its health, its metrics, its circuit breakers and the day's result.
 * @throws PrometheusError
 */
export async function backendLines(prometheus: PrometheusClient, config: Config): Promise<CheckLine[]> {
  return (
    await Promise.all([
      healthLine(prometheus, config),
      metricsLines(prometheus),
      breakerLine(prometheus),
      dailyResultLine(prometheus),
    ])
  ).flat();
}

async function healthLine(prometheus: PrometheusClient, config: Config): Promise<CheckLine> {
  const what = 'backend health';
  const { url, health_path: path } = config.http.backend;
  if (!hasBackend(config)) {
    const todo = 'Set http.enabled and http.backend.url: a backend that nobody asks cannot be observed.';
    return { what, level: 'fail', detail: 'no backend is configured', todo };
  }
  return telemetryLine(prometheus, {
    what,
    question: `last_over_time(${exporterMetric.probeSuccess}{target="backend"}[30s])`,
    yes: `${new URL(path, url).href} answers ok`,
    todo: `Start it, or correct http.backend; ${exporterMetric.probeFailures} says how it fails.`,
  });
}

/** Whether Prometheus scrapes the backend: what is observed of a go-live is for the most part read there. */
async function metricsLines(prometheus: PrometheusClient): Promise<CheckLine[]> {
  const lines = targetLines(await scrapedTargets(prometheus), [job.backend]);
  return lines.map((line) => ({
    ...line,
    what: 'backend metrics',
    level: line.level === 'ok' ? 'ok' : 'fail',
  }));
}

async function breakerLine(prometheus: PrometheusClient): Promise<CheckLine> {
  const what = 'circuit breakers';
  const breakers = await prometheus.query(
    `max by (provider) (qt_provider_circuit_open{job="${job.backend}"})`,
  );
  const nameOf = ({ labels }: (typeof breakers)[number]): string => printable(labels.provider ?? 'unnamed');
  const open = breakers.filter(({ value }) => value !== 0).map(nameOf);
  if (open.length > 0) {
    const todo = 'Find out why the provider is cut off; trade when it is reached again.';
    return { what, level: 'fail', detail: `not closed: ${open.sort().join(', ')}`, todo };
  }
  if (breakers.length === 0) {
    const todo = 'Where the backend has none, nothing is missing.';
    return { what, level: 'warn', detail: 'none are known: qt_provider_circuit_open has no series', todo };
  }
  return { what, level: 'ok', detail: `closed: ${breakers.map(nameOf).sort().join(', ')}` };
}

async function dailyResultLine(prometheus: PrometheusClient): Promise<CheckLine> {
  const what = 'daily result';
  const [factors, results] = await Promise.all([
    prometheus.query(exporterMetric.dailyResultFactor),
    prometheus.query(recordedMetric.dailyResult),
  ]);
  const unit = factors[0]?.labels.unit;
  if (unit === undefined) {
    return {
      what,
      level: 'fail',
      detail: 'nobody knows its unit: a loss could not be told from a gain',
      todo: 'Look at qt_risk_daily_loss of the backend, set http.backend.daily_result, and restart the exporter.',
    };
  }
  const result = results[0]?.value;
  if (result === undefined || Number.isNaN(result)) {
    return {
      what,
      level: 'fail',
      detail: `not known, though its unit is (${unit}): the backend states no qt_risk_daily_loss${unit === 'usd' ? ', or nobody the value of the portfolio' : ''}`,
      todo: `Ask Prometheus for ${recordedMetric.dailyResult}.`,
    };
  }
  const share = formatAgainst(result, 0, 'share');
  return { what, level: 'ok', detail: `${share} of the portfolio today, read as ${unit}` };
}
