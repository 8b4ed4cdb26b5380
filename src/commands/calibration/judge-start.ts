import type { PrometheusClient } from '../../alerts/prometheus.js';
import { poll } from '../../platform/poll.js';
import {
  evaluatedSince,
  newestScrape,
  readStart,
  type StartReading,
} from '../../reports/calibration-start.js';
import type { CheckLine } from '../../reports/check-lines.js';
import { prometheusTime } from '../../reports/telemetry.js';
import type { Progress } from '../terminal.js';
import { calibrationRollbackPlan } from './preflight.js';

/** Longest wait for a scrape, and for the evaluation after it, seconds: twice the slowest pace that the rules work with. */
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
  try {
    const reading = await freshReading(prometheus, progress);
    if (typeof reading === 'string')
      return { lines: [silenceLine(reading)], rollbackAlerts: undefined, holding: [] };
    return {
      lines: [loadedLine(reading.loaded), ...ruleLines(reading)],
      rollbackAlerts: reading.rollbackAlerts,
      holding: reading.holding,
    };
  } finally {
    progress.done();
  }
}

/** Why there is no reading. */
type Silence = 'exporter down' | 'no scrape' | 'no evaluation';

async function freshReading(
  prometheus: PrometheusClient,
  progress: Progress,
): Promise<StartReading | Silence> {
  const since = await prometheusTime(prometheus);
  progress.waitingFor('a scrape of the exporter');
  const scrape = await poll(() => newestScrape(prometheus, since), patience, askEvery);
  if (scrape === undefined) return 'no scrape';
  if (scrape.value !== 1) return 'exporter down';
  // An evaluation that began before the scrape could be seen may not have seen it, though its time is later.
  const seenAt = await prometheusTime(prometheus);
  progress.waitingFor('an evaluation of the rules after it');
  const isEvaluated = await poll(
    async () => ((await evaluatedSince(prometheus, calibrationRollbackPlan, seenAt)) ? true : undefined),
    patience,
    askEvery,
  );
  if (isEvaluated === undefined) return 'no evaluation';
  return readStart(prometheus, calibrationRollbackPlan, scrape.time);
}

function silenceLine(reason: Silence): CheckLine {
  const details: Readonly<Record<Silence, string>> = {
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
