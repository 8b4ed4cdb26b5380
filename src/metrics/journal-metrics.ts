import { exporterMetric } from '../names.js';
import { counter, gauge } from './metric.js';

const labels = ['unit', 'role', 'pattern'] as const;
const source = 'journalctl of the configured units, followed';

export const lines = counter({
  name: exporterMetric.journalLines,
  help: 'Lines of the unit’s journal that match the pattern (any: every line), each counted once also over restarts of the exporter; absent while the journal is not followed.',
  unit: 'lines',
  source,
  labels,
});

export const lastMatch = gauge({
  name: exporterMetric.journalLastMatch,
  help: 'When the newest of these lines was logged, by the journal’s time; absent while there is none.',
  unit: 'seconds',
  source,
  labels,
});

export const matches = gauge({
  name: exporterMetric.journalMatches,
  help: 'These lines of the window, which ends now; absent while the journal is not followed.',
  unit: 'lines',
  source,
  labels: [...labels, 'window'],
});

export const journalMetrics = [lines, lastMatch, matches];
