import type { PrometheusClient } from '../alerts/prometheus.js';
import type { Baseline } from '../deployments/baseline.js';
import { exporterMetric } from '../names.js';
import { formatDuration } from '../platform/duration.js';
import type { CheckLine } from './check-lines.js';
import { formatTime } from './numbers.js';

/** What `overrides` is the growth of, seconds, and how exactly its history is looked at. */
const growthSeconds = 3600;
const growthStep = 15;
const tolerance = 60;

/**
 * Says where the growth of the overrides was measured over less than its hour: what it was before is not known then.
 * @throws PrometheusError
 */
export async function overridesLines(
  prometheus: PrometheusClient,
  { values, captured_at: now }: Baseline,
): Promise<CheckLine[]> {
  // Of 24 h only the first hour may be short.
  if (!values.some(({ quantity, source }) => quantity === 'overrides' && source === 'current')) return [];
  // Known is also that there was no such key, so the key is asked about.
  const series = `${exporterMetric.redisKeyExists}{key="override_count"}`;
  const [first] = await prometheus.query(
    `min(min_over_time(timestamp(${series})[${growthSeconds}s:${growthStep}s]))`,
    now,
  );
  return shortOverrides(first === undefined ? 0 : now - first.value, now);
}

/** The same from what is known. @param measured seconds @param now Unix seconds */
export function shortOverrides(measured: number, now: number): CheckLine[] {
  if (measured >= growthSeconds - tolerance) return [];
  return [
    {
      what: 'overrides',
      level: 'warn',
      detail: `measured over ${formatDuration(measured)} only: the growth in 1 h is not known in full, and its baseline may be too low`,
      todo: `Prepare again from ${formatTime(now + growthSeconds - measured)} on, unless deployments.calibration.floors.overrides covers what is normal.`,
    },
  ];
}
