import { exporterMetric } from '../names.js';
import { counter, gauge } from './metric.js';

const stream = 'stream trade.intent';

export const streamLength = gauge({
  name: exporterMetric.streamLength,
  help: 'Entries of the stream, of every kind; 0 where there is no such key.',
  unit: 'entries',
  source: `${stream}: XLEN`,
  labels: ['stream'],
});

export const events = counter({
  name: exporterMetric.tradeIntentEvents,
  help: 'Entries read, by result. judged counts every event that is judged; unknown_action, unknown_model and invalid_confidence count those among them where a model was so; the others are why an entry is not judged.',
  unit: 'events',
  source: stream,
  labels: ['result'],
});

export const rereads = counter({
  name: exporterMetric.tradeIntentRereads,
  help: 'How often the stream was read anew from its end, by reason.',
  unit: 'rereads',
  source: `${stream}: XINFO STREAM`,
  labels: ['reason'],
});

export const gateCutover = gauge({
  name: exporterMetric.gateCutover,
  help: 'The cutover of the gate window of this scrape, Unix seconds: the registered one, else the start of the engine.',
  unit: 'seconds',
  source: 'observation.json; ActiveEnterTimestamp of the engine',
  labels: [],
});

export const gateCutoverRegistered = gauge({
  name: exporterMetric.gateCutoverRegistered,
  help: 'Whether a cutover is registered; 0: the start of the engine, where known, stands in for it.',
  unit: 'boolean',
  source: 'observation.json',
  labels: [],
});

export const windowEvents = gauge({
  name: exporterMetric.windowEvents,
  help: 'Judged events in the window (the newest 2,000 at most), whichever models they name. gate: since the cutover; canary: since its activation once there are 200, until then since its cutover.',
  unit: 'events',
  source: stream,
  labels: ['window'],
});

export const windowStart = gauge({
  name: exporterMetric.windowStart,
  help: 'Where the window begins, Unix seconds.',
  unit: 'seconds',
  source: 'observation.json; ActiveEnterTimestamp of the engine',
  labels: ['window'],
});

export const predictions = gauge({
  name: exporterMetric.modelPredictions,
  help: 'Events of the window in which the model has a usable confidence.',
  unit: 'events',
  source: stream,
  labels: ['model', 'window'],
});

export const actionRatio = gauge({
  name: exporterMetric.modelActionRatio,
  help: "Share of the model's votes in the window that are for the action, 0-1; absent where it has no vote.",
  unit: 'ratio',
  source: stream,
  labels: ['model', 'window', 'action'],
});

export const invalidConfidences = gauge({
  name: exporterMetric.modelInvalidConfidences,
  help: 'Events of the window in which the confidence of the model is negative, infinite or no number.',
  unit: 'events',
  source: stream,
  labels: ['model', 'window'],
});

/** A statistic of the confidences of one model in one window. */
function confidence(name: string, what: string) {
  return gauge({
    name,
    help: `${what} of the model's confidences in the window, 0-1; absent without predictions.`,
    unit: 'ratio',
    source: stream,
    labels: ['model', 'window'],
  });
}

export const confidences = {
  mean: confidence(exporterMetric.modelConfidenceMean, 'Mean'),
  stddev: confidence(exporterMetric.modelConfidenceStddev, 'Population standard deviation'),
  p10: confidence(exporterMetric.modelConfidenceP10, '10th percentile (linear interpolation)'),
  p90: confidence(exporterMetric.modelConfidenceP90, '90th percentile (linear interpolation)'),
  min: confidence(exporterMetric.modelConfidenceMin, 'Smallest'),
  max: confidence(exporterMetric.modelConfidenceMax, 'Largest'),
} as const;

export const agreement = gauge({
  name: exporterMetric.ensembleAgreement,
  help: 'Votes for the most frequent action / votes, 0-1, averaged over the events of the window that have votes.',
  unit: 'ratio',
  source: stream,
  labels: ['window'],
});

export const hardDisagreement = gauge({
  name: exporterMetric.ensembleHardDisagreement,
  help: 'Share of the events of the window with votes that have both a BUY and a SELL, 0-1.',
  unit: 'ratio',
  source: stream,
  labels: ['window'],
});

export const tradeIntentMetrics = [
  streamLength,
  events,
  rereads,
  gateCutover,
  gateCutoverRegistered,
  windowEvents,
  windowStart,
  predictions,
  invalidConfidences,
  actionRatio,
  ...Object.values(confidences),
  agreement,
  hardDisagreement,
];
