import { common, exporterMetric } from '../names.js';
import { counter, gauge } from './metric.js';

/** What the runner says of every collector. */
export const collectorSuccess = gauge({
  name: exporterMetric.collectorSuccess,
  help: 'Whether the collector yielded what it should at this scrape: 0 when its source could not be reached or it took too long.',
  unit: 'boolean',
  source: 'the exporter',
  labels: ['collector'],
});

export const collectorDuration = gauge({
  name: exporterMetric.collectorDuration,
  help: 'How long the collector took at this scrape; the deadline where it did not finish.',
  unit: 'seconds',
  source: 'the exporter',
  labels: ['collector'],
});

export const collectorErrors = counter({
  name: exporterMetric.collectorErrors,
  help: 'Errors of the collector by reason: those that cost a value and those that cost the whole run.',
  unit: 'errors',
  source: 'the exporter',
  labels: ['collector', 'reason'],
});

export const buildInfo = gauge({
  name: common.buildInfo,
  help: 'Always 1; the labels say what is running.',
  unit: 'info',
  source: 'the exporter',
  labels: ['version', 'node_version'],
});

export const ownMetrics = [collectorSuccess, collectorDuration, collectorErrors, buildInfo];
