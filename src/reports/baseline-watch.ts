import type { PrometheusClient } from '../alerts/prometheus.js';
import { recordedMetric } from '../names.js';
import type { CheckLine } from './check-lines.js';
import { formatTime } from './numbers.js';

/** How long the rules watch after the rollback of a calibration, seconds: as in prometheus/rules/post-calibration.yml. */
export const watchAfterRollback = 1800;

/**
 * Says where the restart that the next calibration needs would be taken for one of the watch after a rollback.
 * @throws PrometheusError
 */
export async function watchLines(prometheus: PrometheusClient): Promise<CheckLine[]> {
  const [watch] = await prometheus.query(`max(${recordedMetric.calibrationWatch}{state="after_rollback"})`);
  return watch === undefined ? [] : [watchLine(watch.value)];
}

/** The same from the end of the rollback. @param rolledBackAt Unix seconds */
export function watchLine(rolledBackAt: number): CheckLine {
  const until = formatTime(rolledBackAt + watchAfterRollback);
  return {
    what: 'watch after a rollback',
    level: 'warn',
    detail: `the calibration rolled back at ${formatTime(rolledBackAt)} is watched until ${until}: a restart of the engine before that pages once as CalibrationEngineRestarted (after_rollback)`,
    todo: `Restart the engine for the next calibration after ${until}, or tell who is on call.`,
  };
}
