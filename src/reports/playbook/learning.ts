import type { Sample } from '../../alerts/prometheus.js';
import { exporterMetric } from '../../names.js';
import { labelValues, pairsOf, shareOf, valueOf, type Enquiry, type Pair } from './enquiry.js';
import { nearestWindow, type ExportedWindow, type Period } from './period.js';

/** Retraining of all symbols together. */
export interface RetrainingReading {
  readonly window: ExportedWindow;
  readonly count: number | undefined;
  readonly perDay: number | undefined;
  /** symbols that retrain at all */
  readonly symbols: number;
  readonly perDayAndSymbol: number | undefined;
  readonly succeeded: number | undefined;
  readonly successShare: number | undefined;
  /** durations and confidence are exported over other windows than the counts */
  readonly detailWindow: ExportedWindow;
  readonly meanDurationSeconds: number | undefined;
  readonly longestDurationSeconds: number | undefined;
  /** mean validation confidence of successful runs, 0-1 */
  readonly confidenceAfter: number | undefined;
}

export interface ModeShare {
  readonly mode: string;
  readonly entries: number | undefined;
  readonly share: number | undefined;
  /** mean confidence while in it, 0-1 */
  readonly confidence: number | undefined;
}

export interface ModeReading {
  readonly window: ExportedWindow;
  readonly modes: readonly ModeShare[];
  readonly transitionsWindow: ExportedWindow;
  readonly transitions: number | undefined;
  /** what each pair is in now */
  readonly current: readonly CurrentMode[];
}

export interface CurrentMode extends Pair {
  readonly mode: string;
  /** how long it has been, seconds */
  readonly forSeconds: number | undefined;
}

/** Confidence of a pair, 0-1. */
export interface PairConfidence extends Pair {
  readonly rows: number | undefined;
  readonly mean: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly stddev: number | undefined;
}

export interface ConfidenceReading {
  readonly window: ExportedWindow;
  readonly overall: number | undefined;
  readonly pairs: readonly PairConfidence[];
}

export interface LearningReading {
  readonly retraining: RetrainingReading;
  readonly modes: ModeReading;
  readonly confidence: ConfidenceReading;
}

/** Retraining, modes and confidence; undefined: Prometheus does not say. */
export async function readLearning(enquiry: Enquiry, period: Period): Promise<LearningReading> {
  const [retraining, modes, confidence] = await Promise.all([
    readRetraining(enquiry, period),
    readModes(enquiry, period),
    readConfidence(enquiry, period),
  ]);
  return { retraining, modes, confidence };
}

export type RetrainingCounts = Pick<
  RetrainingReading,
  'window' | 'count' | 'perDay' | 'symbols' | 'perDayAndSymbol' | 'succeeded' | 'successShare'
>;

/** How often was retrained, and how many runs succeeded. */
export async function readRetrainingCounts(enquiry: Enquiry, period: Period): Promise<RetrainingCounts> {
  const window = nearestWindow('retrainings', period.hours);
  const [bySymbol, succeeded] = await Promise.all([
    enquiry.samples(`sum by (symbol) (${exporterMetric.retrainings}${inWindow(window)})`),
    enquiry.number(`sum(${exporterMetric.retrainingsSucceeded}${inWindow(window)})`),
  ]);
  return retrainingCounts(window, bySymbol, succeeded);
}

/** A mean over several series, each weighed by its rows: the mean of the means would count a single row as much as a thousand. */
function weightedMean(mean: string, rows: string, matcher: string): string {
  return `sum(${mean}${matcher} * ${rows}${matcher}) / (sum(${rows}${matcher}) > 0)`;
}

function inWindow({ name }: ExportedWindow): string {
  return `{window="${name}"}`;
}

async function readRetraining(enquiry: Enquiry, period: Period): Promise<RetrainingReading> {
  const detailWindow = nearestWindow('retrainingDetails', period.hours);
  const details = inWindow(detailWindow);
  const [counts, meanDuration, longestDuration, confidenceAfter] = await Promise.all([
    readRetrainingCounts(enquiry, period),
    enquiry.number(
      weightedMean(exporterMetric.retrainingDurationMean, exporterMetric.retrainingsTimed, details),
    ),
    enquiry.number(`max(${exporterMetric.retrainingDurationMax}${details})`),
    enquiry.number(
      weightedMean(
        exporterMetric.retrainingConfidenceMean,
        exporterMetric.retrainingsWithConfidence,
        details,
      ),
    ),
  ]);
  return {
    ...counts,
    detailWindow,
    meanDurationSeconds: meanDuration,
    longestDurationSeconds: longestDuration,
    confidenceAfter,
  };
}

/** How often was retrained, from the answers: by symbol, and how many succeeded. */
export function retrainingCounts(
  window: ExportedWindow,
  bySymbol: readonly Sample[],
  succeeded: number | undefined,
): RetrainingCounts {
  const symbols = labelValues('symbol', bySymbol).length;
  const count = symbols === 0 ? undefined : bySymbol.reduce((sum, { value }) => sum + value, 0);
  const perDay = count === undefined ? undefined : count / window.days;
  return {
    window,
    count,
    perDay,
    symbols,
    perDayAndSymbol: shareOf(perDay, symbols),
    succeeded,
    successShare: shareOf(succeeded, count),
  };
}

async function readModes(enquiry: Enquiry, period: Period): Promise<ModeReading> {
  const window = nearestWindow('modes', period.hours);
  const transitionsWindow = nearestWindow('transitions', period.hours);
  const [entries, confidence, transitions, current] = await Promise.all([
    enquiry.samples(`sum by (mode) (${exporterMetric.modeEntries}${inWindow(window)})`),
    enquiry.samples(`max by (mode) (${exporterMetric.modeConfidenceMean}${inWindow(window)})`),
    enquiry.number(`sum(${exporterMetric.modeTransitions}${inWindow(transitionsWindow)})`),
    readCurrentModes(enquiry),
  ]);
  return { window, modes: modesFrom(entries, confidence), transitionsWindow, transitions, current };
}

/** Share of each mode among the entries into any, from the answers. */
export function modesFrom(entries: readonly Sample[], confidence: readonly Sample[]): ModeShare[] {
  const all = entries.reduce((sum, { value }) => sum + value, 0);
  return labelValues('mode', entries, confidence).map((mode) => {
    const count = valueOf(entries, { mode });
    return {
      mode,
      entries: count,
      share: shareOf(count, all),
      confidence: valueOf(confidence, { mode }),
    };
  });
}

/** The mode that each pair is in now, and for how long. */
export async function readCurrentModes(enquiry: Enquiry): Promise<CurrentMode[]> {
  const [modes, entered] = await Promise.all([
    enquiry.samples(`max by (symbol, interval, mode) (${exporterMetric.mode})`),
    enquiry.samples(`max by (symbol, interval) (${exporterMetric.modeEntered})`),
  ]);
  return pairsOf(modes).map((pair) => {
    const since = valueOf(entered, { ...pair });
    const newest = modes.find(
      ({ labels }) => labels.symbol === pair.symbol && labels.interval === pair.interval,
    );
    return {
      ...pair,
      mode: newest?.labels.mode ?? '',
      forSeconds: since === undefined ? undefined : Math.max(0, enquiry.at - since),
    };
  });
}

/** Confidence of each pair, and of all together. */
export async function readConfidence(enquiry: Enquiry, period: Period): Promise<ConfidenceReading> {
  const window = nearestWindow('confidence', period.hours);
  const matcher = inWindow(window);
  const by = (metric: string): Promise<readonly Sample[]> =>
    enquiry.samples(`max by (symbol, interval) (${metric}${matcher})`);
  const [overall, rows, mean, min, max, stddev] = await Promise.all([
    enquiry.number(weightedMean(exporterMetric.confidenceMean, exporterMetric.confidenceRows, matcher)),
    by(exporterMetric.confidenceRows),
    by(exporterMetric.confidenceMean),
    by(exporterMetric.confidenceMin),
    by(exporterMetric.confidenceMax),
    by(exporterMetric.confidenceStddev),
  ]);
  return {
    window,
    overall,
    pairs: pairsOf(rows, mean).map((pair) => ({
      ...pair,
      rows: valueOf(rows, { ...pair }),
      mean: valueOf(mean, { ...pair }),
      min: valueOf(min, { ...pair }),
      max: valueOf(max, { ...pair }),
      stddev: valueOf(stddev, { ...pair }),
    })),
  };
}
