import type { PrometheusClient } from '../alerts/prometheus.js';
import { nearMiss } from '../config/load.js';
import { UserError } from '../platform/errors.js';
import { poll } from '../platform/poll.js';
import type { CheckLine } from '../reports/check-lines.js';
import {
  evaluatedSince,
  newestScrape,
  readStart,
  slowestEvaluation,
  type StartReading,
} from '../reports/start-reading.js';
import { prometheusTime } from '../reports/telemetry.js';
import type { Progress } from './terminal.js';

/** Longest wait for a scrape, and for the evaluation after it, seconds: twice the slowest pace that the rules work with. */
const patience = 30;
const askEvery = 0.3;

/** Why there is no reading. */
export type Silence = 'exporter down' | 'no scrape' | 'no evaluation';

/**
 * What the rules say before a deployment is declared. Waits for a scrape of the exporter and an evaluation after it, since
 * what is older may be from before the change.
 * @param plan the rollback plan whose alerts are asked about
 * @throws PrometheusError
 */
export async function freshReading(
  prometheus: PrometheusClient,
  plan: string,
  progress: Progress,
): Promise<StartReading | Silence> {
  try {
    const since = await prometheusTime(prometheus);
    progress.waitingFor('a scrape of the exporter');
    const scrape = await poll(() => newestScrape(prometheus, since), patience, askEvery);
    if (scrape === undefined) return 'no scrape';
    if (scrape.value !== 1) return 'exporter down';
    // An evaluation that began before the scrape could be seen may not have seen it, though its time is later.
    const seenAt = await prometheusTime(prometheus);
    progress.waitingFor('an evaluation of the rules after it');
    const isEvaluated = await poll(
      async () => ((await evaluatedSince(prometheus, plan, seenAt)) ? true : undefined),
      Math.max(patience, 2 * (await slowestEvaluation(prometheus, plan))),
      askEvery,
    );
    return isEvaluated === undefined ? 'no evaluation' : await readStart(prometheus, plan, scrape.time);
  } finally {
    progress.done();
  }
}

/** @param runbook whose rules were asked, @param todo what to do about it */
export function silenceLine(reason: Silence, runbook: string, todo: string): CheckLine {
  const details: Readonly<Record<Silence, string>> = {
    'exporter down': 'Prometheus cannot scrape the exporter',
    'no scrape': `Prometheus has not scraped the exporter in ${patience} s`,
    'no evaluation': `Prometheus has not evaluated the rules of ${runbook} since the newest scrape`,
  };
  return { what: 'telemetry', level: 'fail', detail: details[reason], todo };
}

/** Whether there are rules that would roll it back, and which of them nobody can judge. @param kind `a calibration` */
export function ruleLines({ rollbackAlerts, unknown }: StartReading, kind: string): CheckLine[] {
  if (rollbackAlerts.length === 0) {
    return [
      {
        what: 'rules',
        level: 'fail',
        detail: `Prometheus has loaded no rule that would roll ${kind} back`,
        todo: `Load prometheus/rules/*.yml; ${kind} that nobody judges is not declared.`,
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

/**
 * @param known alerts that may be accepted; undefined: nobody knows
 * @param kind what they roll back: `a calibration`
 * @throws UserError for a name that is none of them
 */
export function refuseUnknownNames(
  accepted: readonly string[],
  known: readonly string[] | undefined,
  kind: string,
): void {
  if (known === undefined) return;
  const unknown = accepted.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const texts = unknown.map(
    (name) => `--accept ${name} names no alert that rolls ${kind} back.${nearMiss(name, known)}`,
  );
  throw new UserError(texts.join('\n'));
}
