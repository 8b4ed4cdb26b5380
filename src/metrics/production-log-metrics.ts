import { exporterMetric } from '../names.js';
import { counter, gauge } from './metric.js';

const labels = ['pattern'] as const;
const source = 'files.production_log, followed';

export const lines = counter({
  name: exporterMetric.logLines,
  help: 'Lines of the trading system’s log file that match the pattern (any: every line), each counted once also over rotations and restarts of the exporter; at its very first start those that are written from then on; absent while there is no such file.',
  unit: 'lines',
  source,
  labels,
});

export const lastMatch = gauge({
  name: exporterMetric.logLastMatch,
  help: 'When the newest of these lines was written: the time at its beginning, without a zone the machine’s own, or where it states none when the file was written to; absent while there is none.',
  unit: 'seconds',
  source,
  labels,
});

export const matches = gauge({
  name: exporterMetric.logMatches,
  help: 'These lines of the window, which ends now, by the same times; absent while there is no such file.',
  unit: 'lines',
  source,
  labels: [...labels, 'window'],
});

export const productionLogMetrics = [lines, lastMatch, matches];
