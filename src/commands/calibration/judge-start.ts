import type { PrometheusClient } from '../../alerts/prometheus.js';
import { poll } from '../../platform/poll.js';
import { readStart, type NotYet, type StartReading } from '../../reports/calibration-start.js';
import type { CheckLine } from '../../reports/check-lines.js';
import { prometheusTime } from '../../reports/telemetry.js';
import type { Progress } from '../terminal.js';
import { calibrationRollbackPlan } from './preflight.js';

/** Longest wait for a scrape and the evaluation after it, seconds: twice the slowest pace that the rules work with. */
const patience = 30;
const askEvery = 0.3;

/** What the rules say of a calibration before it is declared. */
export interface StartJudgement {
  readonly lines: readonly CheckLine[];
  /** alerts that roll a calibration back; undefined: nobody knows */
  readonly rollbackAlerts: readonly string[] | undefined;
  /** those that hold already */
  readonly holding: readonly string[];
}

/**
 * Waits for a scrape of the exporter and an evaluation after it, since what is older may be from before the engine
 * loaded its calibration.
 * @throws PrometheusError
 */
export async function judgeStart(prometheus: PrometheusClient, progress: Progress): Promise<StartJudgement> {
  const since = await prometheusTime(prometheus);
  let last: NotYet = 'no scrape';
  const reading = await poll(
    async () => {
      const answer = await readStart(prometheus, calibrationRollbackPlan, since);
      if (typeof answer !== 'string') return answer;
      last = answer;
      if (answer === 'exporter down') return answer;
      progress.waitingFor('a scrape of the exporter and an evaluation of the rules after it');
      return undefined;
    },
    patience,
    askEvery,
  );
  progress.done();
  if (reading === undefined || typeof reading === 'string')
    return { lines: [silenceLine(last)], rollbackAlerts: undefined, holding: [] };
  return {
    lines: [loadedLine(reading.loaded), ...ruleLines(reading)],
    rollbackAlerts: reading.rollbackAlerts,
    holding: reading.holding,
  };
}

function silenceLine(reason: NotYet): CheckLine {
  const details: Readonly<Record<NotYet, string>> = {
    'exporter down': 'Prometheus cannot scrape the exporter',
    'no scrape': `Prometheus has not scraped the exporter in ${patience} s`,
    'no evaluation': `Prometheus has not evaluated the rules of post-calibration in ${patience} s`,
  };
  return {
    what: 'telemetry',
    level: 'fail',
    detail: details[reason],
    todo: 'Without it nobody knows whether the calibration is loaded. Run redline check.',
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

function ruleLines({ rollbackAlerts, unknown }: StartReading): CheckLine[] {
  if (rollbackAlerts.length === 0) {
    return [
      {
        what: 'rules',
        level: 'fail',
        detail: 'Prometheus has loaded no rule that would roll a calibration back',
        todo: 'Load prometheus/rules/*.yml; a calibration that nobody judges is not declared.',
      },
    ];
  }
  return unknown.map((name) => ({
    what: name,
    level: 'warn',
    detail: 'nobody knows whether it holds now',
    todo: `See docs/alerts/${name}.md, and redline_collector_errors_total.`,
  }));
}
