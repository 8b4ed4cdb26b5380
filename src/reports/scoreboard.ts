import { PrometheusError, type PrometheusClient } from '../alerts/prometheus.js';
import { exporterMetric } from '../names.js';
import { formatDuration } from '../platform/duration.js';
import { writeFileAtomically } from '../platform/files.js';
import { ensembleReasons, ensembleSummary, modelReasons } from './checks.js';
import { readLimits, type Limits } from './limits.js';
import { formatTime, formatValue, unknownText } from './numbers.js';
import { modelTable } from './model-table.js';
import { printable } from './text.js';
import { readObserved, type Observed, type ObservedDeployment } from './observed.js';
import { readWindow, windowSelector, worstStatus, type GateStatus, type WindowReading } from './window.js';

/** Everything that the scoreboard says. Times are Unix seconds. */
export interface Scoreboard {
  readonly at: number;
  /** when the exporter was last scraped; undefined: it is not */
  readonly dataFrom: number | undefined;
  /** undefined: a model's status is not known, so neither is the worst */
  readonly overall: GateStatus | undefined;
  readonly observed: Observed;
  readonly window: WindowReading;
  /** one line a reason, by model; those of the ensemble under the empty name */
  readonly reasons: Readonly<Record<string, readonly string[]>>;
  readonly ensemble: string;
}

/**
 * Asks Prometheus for the state of every model: on the canary's window while one is under observation, else on the gate's.
 * @param now Unix seconds
 * @throws PrometheusError
 */
export async function readScoreboard(prometheus: PrometheusClient, now: number): Promise<Scoreboard> {
  const [observed, samples, scraped, rules] = await Promise.all([
    readObserved(prometheus),
    prometheus.query(windowSelector),
    prometheus.query(`timestamp(${exporterMetric.redisUp})`),
    prometheus.alertingRules(),
  ]);
  const limits = await readLimits(prometheus, rules);
  const window = readWindow(samples, observedCanary(observed) === undefined ? 'gate' : 'canary');
  return scoreboardFrom(now, scraped[0]?.value, observed, window, limits);
}

/** The same, from the answers. */
export function scoreboardFrom(
  at: number,
  dataFrom: number | undefined,
  observed: Observed,
  window: WindowReading,
  limits: Limits,
): Scoreboard {
  return {
    at,
    dataFrom,
    overall: worstStatus(window.models),
    observed,
    window,
    reasons: {
      '': ensembleReasons(window, limits),
      ...Object.fromEntries(window.models.map((model) => [model.model, modelReasons(window, model, limits)])),
    },
    ensemble: ensembleSummary(window, limits),
  };
}

/** The scoreboard as Markdown. */
export function renderScoreboard(board: Scoreboard): string {
  const { window } = board;
  return `${[
    '# Model scoreboard',
    '',
    `**Overall: ${board.overall ?? 'UNKNOWN'}** | written ${formatTime(board.at)} | data of ${dataText(board)}`,
    '',
    ...observedLines(board.observed, board.at),
    '',
    `${window.window === 'canary' ? "Judged on the canary's window" : 'Judged after the cutover'}: ` +
      `${formatValue(window.events, 'count')} events since ${formatTime(window.start)}.`,
    `Ensemble: ${board.ensemble}.`,
    '',
    ...modelTable(window.models),
    ...reasonLines(board),
  ].join('\n')}\n`;
}

/**
 * Asks and replaces the scoreboard's file. Where Prometheus does not answer the file says that, and since when it is
 * read as nothing else: old numbers under a new date would pass for the present.
 * @param path normally `scoreboard_latest.md` in `files.reports`; its folder is created
 * @param now Unix seconds
 * @returns true when the file holds the state, false when it says that Prometheus did not answer
 * @throws the Node system error of a file that cannot be written
 */
export async function writeScoreboard(
  prometheus: PrometheusClient,
  path: string,
  now: number = Date.now() / 1000,
): Promise<boolean> {
  try {
    await writeFileAtomically(path, renderScoreboard(await readScoreboard(prometheus, now)));
    return true;
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    await writeFileAtomically(path, renderUnanswered(error.message, now));
    return false;
  }
}

/** The scoreboard for when there is nobody to ask. */
export function renderUnanswered(reason: string, now: number): string {
  return `${[
    '# Model scoreboard',
    '',
    `**Overall: UNKNOWN** | written ${formatTime(now)}`,
    '',
    `Nothing can be said: ${reason}`,
    '',
    'A running canary without telemetry is rolled back.',
  ].join('\n')}\n`;
}

function observedCanary(observed: Observed): ObservedDeployment | undefined {
  return observed.state === 'known' ? observed.deployments.find(({ kind }) => kind === 'canary') : undefined;
}

function dataText({ at, dataFrom }: Scoreboard): string {
  return dataFrom === undefined
    ? `${unknownText} (the exporter is not scraped: is it running?)`
    : `${formatTime(dataFrom)} (${formatDuration(Math.max(0, at - dataFrom))} ago)`;
}

function observedLines(observed: Observed, now: number): string[] {
  if (observed.state === 'unknown')
    return ['Under observation: unknown (the receiver is not scraped: is it running?)'];
  if (observed.deployments.length === 0) return ['Under observation: nothing.'];
  return observed.deployments.map((deployment) => `Under observation: ${observedText(deployment, now)}`);
}

/** `canary patchtst at 10.0% since ..., 4h 12m left (until ...)`. */
export function observedText(deployment: ObservedDeployment, now: number): string {
  const { kind, model, weight, start, end, activated } = deployment;
  return [
    [kind, printable(model)].filter((word) => word !== '').join(' '),
    ...(weight === undefined ? [] : [` at ${formatValue(weight, 'share')}`]),
    ` since ${formatTime(start)}`,
    ...(end === undefined ? [', no time limit'] : [`, ${timeLeft(end - now)} (until ${formatTime(end)})`]),
    ...(kind === 'canary' && activated === undefined ? [', engine not yet restarted with it'] : []),
  ].join('');
}

function timeLeft(seconds: number): string {
  return seconds > 0 ? `${formatDuration(seconds)} left` : 'time is up';
}

function reasonLines({ reasons }: Scoreboard): string[] {
  const lines = Object.entries(reasons).flatMap(([model, texts]) =>
    texts.map((text) => `- ${model === '' ? 'ensemble' : printable(model)}: ${text}`),
  );
  return lines.length === 0 ? [] : ['', '## Why', '', ...lines];
}
