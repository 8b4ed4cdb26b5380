import { exporterMetric } from '../names.js';
import { tradingModes, type BackendHealth } from '../readings/backend-health.js';
import type { RateLimitReading } from '../readings/rate-limit.js';
import type { CollectContext } from './collector.js';
import { gauge } from './metric.js';

const source = 'health of http.backend';

const drawdown = gauge({
  name: exporterMetric.backendDrawdown,
  help: 'Drawdown from the peak that the backend states in its health; absent where its last answer does not say.',
  unit: 'ratio',
  source,
  labels: [],
});

const drawdownLimit = gauge({
  name: exporterMetric.backendDrawdownLimit,
  help: 'Limit on it: as the backend states it, else http.drawdown_limit; absent without either.',
  unit: 'ratio',
  source,
  labels: [],
});

const confidenceThreshold = gauge({
  name: exporterMetric.backendConfidenceThreshold,
  help: 'Least confidence with which the backend trades.',
  unit: 'ratio',
  source,
  labels: [],
});

const tradingMode = gauge({
  name: exporterMetric.backendTradingMode,
  help: 'Whether the backend says that it trades in this mode; absent where it does not say.',
  unit: 'boolean',
  source,
  labels: ['mode'],
});

const rateLimitMax = gauge({
  name: exporterMetric.backendRateLimitMax,
  help: 'Requests a minute that the backend says it takes.',
  unit: 'requests',
  source,
  labels: [],
});

const rateLimit = gauge({
  name: exporterMetric.backendRateLimit,
  help: 'Requests that it takes in its window, by the headers of its last answer.',
  unit: 'requests',
  source: 'RateLimit-Limit of http.backend',
  labels: [],
});

const rateLimitRemaining = gauge({
  name: exporterMetric.backendRateLimitRemaining,
  help: 'Requests that are left of those.',
  unit: 'requests',
  source: 'RateLimit-Remaining of http.backend',
  labels: [],
});

export const backendMetrics = [
  ...[drawdown, drawdownLimit, confidenceThreshold, tradingMode],
  ...[rateLimitMax, rateLimit, rateLimitRemaining],
];

/** What an answer of the backend's health says. */
export interface BackendReading {
  readonly health: BackendHealth | undefined;
  readonly rateLimit: RateLimitReading | undefined;
}

/** @param configuredLimit on the drawdown, a ratio */
export function exportBackend(
  context: CollectContext,
  { health, rateLimit: told }: BackendReading,
  configuredLimit: number | undefined,
): void {
  context.set(drawdown, {}, health?.drawdown);
  context.set(drawdownLimit, {}, health?.drawdownLimit ?? configuredLimit);
  context.set(confidenceThreshold, {}, health?.confidenceThreshold);
  context.set(rateLimitMax, {}, health?.rateLimitMax);
  context.set(rateLimit, {}, told?.limit);
  context.set(rateLimitRemaining, {}, told?.remaining);
  if (health?.tradingMode === undefined) return;
  for (const mode of [...tradingModes, 'other'] as const)
    context.set(tradingMode, { mode }, Number(health.tradingMode === mode));
}
