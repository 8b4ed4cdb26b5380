import type { PrometheusClient } from '../../alerts/prometheus.js';
import type { CheckLine } from '../../reports/check-lines.js';
import { freshReading, ruleLines, silenceLine } from '../start-judgement.js';
import type { Progress } from '../terminal.js';
import { calibrationRollbackPlan } from './preflight.js';

/** What the rules say of a calibration before it is declared. */
export interface StartJudgement {
  readonly lines: readonly CheckLine[];
  /** alerts that roll a calibration back; undefined: nobody knows */
  readonly rollbackAlerts: readonly string[] | undefined;
  /** those that hold already */
  readonly holding: readonly string[];
}

const unseen = 'Without it nobody knows whether the calibration is loaded. Run redline check.';

/**
 * Asks the rules by a scrape of the exporter that is newer than the question: what is older may be from before the engine
 * loaded its calibration.
 * @throws PrometheusError
 */
export async function judgeStart(prometheus: PrometheusClient, progress: Progress): Promise<StartJudgement> {
  const reading = await freshReading(prometheus, calibrationRollbackPlan, progress);
  if (typeof reading === 'string') {
    const lines = [silenceLine(reading, 'post-calibration', unseen)];
    return { lines, rollbackAlerts: undefined, holding: [] };
  }
  return {
    lines: [loadedLine(reading.loaded), ...ruleLines(reading, 'a calibration')],
    rollbackAlerts: reading.rollbackAlerts,
    holding: reading.holding,
  };
}

function loadedLine(loaded: boolean | undefined): CheckLine {
  const what = 'calibration loaded';
  if (loaded === true) return { what, level: 'ok', detail: 'yes' };
  return {
    what,
    level: 'fail',
    detail: loaded === undefined ? 'nobody knows: the exporter does not see its status in Redis' : 'no',
    todo: 'Restart the engine with the calibration, and start the observation when it has loaded it.',
  };
}
