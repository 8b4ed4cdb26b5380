import { exporterMetric } from '../../names.js';
import { confidenceWindows, type ConfidenceReading } from '../../readings/tables/confidence.js';
import type { SeriesTarget } from '../collector.js';
import { gauge } from '../metric.js';
import { rounded } from './rounded.js';

const source = 'confidence_history of database.path';
const labels = ['symbol', 'interval', 'window'] as const;

const rows = gauge({
  name: exporterMetric.confidenceRows,
  help: 'Confidences that were written in the window.',
  unit: 'rows',
  source,
  labels,
});

const mean = gauge({
  name: exporterMetric.confidenceMean,
  help: 'Their mean, 0-1; absent without any, as are the others.',
  unit: 'ratio',
  source,
  labels,
});

const min = gauge({
  name: exporterMetric.confidenceMin,
  help: 'The smallest of them.',
  unit: 'ratio',
  source,
  labels,
});

const max = gauge({
  name: exporterMetric.confidenceMax,
  help: 'The largest of them.',
  unit: 'ratio',
  source,
  labels,
});

const stddev = gauge({
  name: exporterMetric.confidenceStddev,
  help: 'Their population standard deviation.',
  unit: 'ratio',
  source,
  labels,
});

const modeRows = gauge({
  name: exporterMetric.modeConfidenceRows,
  help: 'Confidences that were written in the window while in this mode, of all symbols.',
  unit: 'rows',
  source,
  labels: ['mode', 'window'],
});

const modeMean = gauge({
  name: exporterMetric.modeConfidenceMean,
  help: 'Their mean, 0-1; absent without any.',
  unit: 'ratio',
  source,
  labels: ['mode', 'window'],
});

export const confidenceMetrics = [rows, mean, min, max, stddev, modeRows, modeMean];

export function exportConfidence(target: SeriesTarget, reading: ConfidenceReading): void {
  for (const { symbol, interval, windows } of reading.pairs)
    for (const window of confidenceWindows) {
      const own = { symbol, interval, window };
      const summary = windows[window];
      target.set(rows, own, summary.count);
      target.set(mean, own, rounded(summary.mean));
      target.set(min, own, summary.min);
      target.set(max, own, summary.max);
      target.set(stddev, own, rounded(summary.stddev));
    }
  for (const { mode, windows } of reading.modes ?? [])
    for (const window of confidenceWindows) {
      target.set(modeRows, { mode, window }, windows[window].count);
      target.set(modeMean, { mode, window }, rounded(windows[window].mean));
    }
}
