import { exporterMetric } from '../names.js';
import { gauge } from './metric.js';

const labels = ['metric'] as const;
const source = 'custom of the configuration';

export const customUp = gauge({
  name: exporterMetric.customUp,
  help: 'Whether the last run of the custom metric succeeded; absent until the first has ended.',
  unit: 'boolean',
  source,
  labels,
});

export const customDuration = gauge({
  name: exporterMetric.customDuration,
  help: 'How long the last run of the custom metric took, the wait for other queries included; its time limit and that wait where it was killed.',
  unit: 'seconds',
  source,
  labels,
});

export const customTimestamp = gauge({
  name: exporterMetric.customTimestamp,
  help: 'When the exported values of the custom metric were read, Unix seconds; absent until a run has succeeded.',
  unit: 'seconds',
  source,
  labels,
});

export const customSeriesDropped = gauge({
  name: exporterMetric.customSeriesDropped,
  help: 'Whether the custom metric has more series than its series_limit, and those beyond it are left out: they are not read, so not counted.',
  unit: 'boolean',
  source,
  labels,
});

/** What is said beside the values of every custom metric. */
export const customMetrics = [customUp, customDuration, customTimestamp, customSeriesDropped];
