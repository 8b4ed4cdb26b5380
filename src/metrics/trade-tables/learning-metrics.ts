import { exporterMetric } from '../../names.js';
import {
  entryWindows,
  transitionWindows,
  type LearningStatesReading,
} from '../../readings/tables/learning-states.js';
import { retrainingWindows, type RetrainingsReading } from '../../readings/tables/retrainings.js';
import type { SeriesTarget } from '../collector.js';
import { gauge } from '../metric.js';
import { rounded } from './rounded.js';

const statesSource = 'learning_states of database.path';
const retrainingSource = 'retraining_history of database.path';
const labels = ['symbol', 'interval', 'window'] as const;
/** Windows of what is told about how retrainings went. */
const courseWindows = ['24h', '7d'] as const;

const transitions = gauge({
  name: exporterMetric.modeTransitions,
  help: 'Entries into a mode in the window, by entered_at.',
  unit: 'transitions',
  source: statesSource,
  labels,
});

const entries = gauge({
  name: exporterMetric.modeEntries,
  help: 'Entries into this mode in the window, of all symbols; LEARNING, TRADING and other always.',
  unit: 'transitions',
  source: statesSource,
  labels: ['mode', 'window'],
});

const mode = gauge({
  name: exporterMetric.mode,
  help: 'Always 1; the label is the mode that was entered last, within 30 days.',
  unit: 'info',
  source: statesSource,
  labels: ['symbol', 'interval', 'mode'],
});

const entered = gauge({
  name: exporterMetric.modeEntered,
  help: 'When that mode was entered.',
  unit: 'seconds',
  source: statesSource,
  labels: ['symbol', 'interval'],
});

const retrainings = gauge({
  name: exporterMetric.retrainings,
  help: 'Retrainings that were triggered in the window.',
  unit: 'retrainings',
  source: retrainingSource,
  labels,
});

const succeeded = gauge({
  name: exporterMetric.retrainingsSucceeded,
  help: 'Those of them with status success.',
  unit: 'retrainings',
  source: retrainingSource,
  labels,
});

const timed = gauge({
  name: exporterMetric.retrainingsTimed,
  help: 'Those of them that state their duration.',
  unit: 'retrainings',
  source: retrainingSource,
  labels,
});

const durationMean = gauge({
  name: exporterMetric.retrainingDurationMean,
  help: 'Mean duration of those; absent without any.',
  unit: 'seconds',
  source: retrainingSource,
  labels,
});

const durationMax = gauge({
  name: exporterMetric.retrainingDurationMax,
  help: 'Longest duration of those; absent without any.',
  unit: 'seconds',
  source: retrainingSource,
  labels,
});

const withConfidence = gauge({
  name: exporterMetric.retrainingsWithConfidence,
  help: 'Successful ones that state a validation_confidence.',
  unit: 'retrainings',
  source: retrainingSource,
  labels,
});

const confidenceMean = gauge({
  name: exporterMetric.retrainingConfidenceMean,
  help: 'Mean validation_confidence of those, 0-1; absent without any.',
  unit: 'ratio',
  source: retrainingSource,
  labels,
});

export const learningMetrics = [
  ...[transitions, entries, mode, entered],
  ...[retrainings, succeeded, timed, durationMean, durationMax, withConfidence, confidenceMean],
];

export function exportLearningStates(target: SeriesTarget, reading: LearningStatesReading): void {
  for (const pair of reading.pairs) {
    const own = { symbol: pair.symbol, interval: pair.interval };
    for (const window of transitionWindows)
      target.set(transitions, { ...own, window }, pair.transitions[window]);
    target.set(mode, { ...own, mode: pair.mode }, 1);
    target.set(entered, own, pair.enteredAt);
  }
  for (const entry of reading.entries)
    for (const window of entryWindows) target.set(entries, { mode: entry.mode, window }, entry[window]);
}

export function exportRetrainings(target: SeriesTarget, reading: RetrainingsReading): void {
  for (const { symbol, interval, windows } of reading.pairs) {
    for (const window of retrainingWindows) {
      target.set(retrainings, { symbol, interval, window }, windows[window].retrainings);
      target.set(succeeded, { symbol, interval, window }, windows[window].succeeded);
    }
    for (const window of courseWindows) {
      const own = { symbol, interval, window };
      const { duration, confidence } = windows[window];
      target.set(timed, own, duration?.count);
      target.set(durationMean, own, rounded(duration?.mean));
      target.set(durationMax, own, duration?.max);
      target.set(withConfidence, own, confidence?.count);
      target.set(confidenceMean, own, rounded(confidence?.mean));
    }
  }
}
