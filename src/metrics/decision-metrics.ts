import { exporterMetric } from '../names.js';
import { gauge } from './metric.js';

const history = 'redis.keys.decisions_history';

export const latestConfidence = gauge({
  name: exporterMetric.decisionConfidence,
  help: 'Confidence of the latest decision, 0-1.',
  unit: 'ratio',
  source: 'redis.keys.decision_latest',
  labels: [],
});

export const latestAction = gauge({
  name: exporterMetric.decisionAction,
  help: 'Always 1; the label says what was decided last.',
  unit: 'info',
  source: 'redis.keys.decision_latest',
  labels: ['action'],
});

export const decisions = gauge({
  name: exporterMetric.decisions,
  help: 'Decisions that are judged: those of the newest 100 that can be, and of these the ones dated after the start of the calibration.',
  unit: 'decisions',
  source: history,
  labels: ['window'],
});

export const actionRatio = gauge({
  name: exporterMetric.decisionsActionRatio,
  help: 'Share of the decisions with this action; absent without decisions.',
  unit: 'ratio',
  source: history,
  labels: ['window', 'action'],
});

const perWindow = (name: string, what: string) =>
  gauge({
    name,
    help: `${what} confidence of the decisions, 0-1; absent without decisions.`,
    unit: 'ratio',
    source: history,
    labels: ['window'],
  });

export const confidenceMean = perWindow(exporterMetric.decisionsConfidenceMean, 'Mean');
export const confidenceMin = perWindow(exporterMetric.decisionsConfidenceMin, 'Smallest');
export const confidenceMax = perWindow(exporterMetric.decisionsConfidenceMax, 'Largest');

export const confidenceAtMost = gauge({
  name: exporterMetric.decisionsConfidenceAtMost,
  help: 'Decisions whose confidence is at most what the label says.',
  unit: 'decisions',
  source: history,
  labels: ['window', 'confidence'],
});

export const confidenceBelow = gauge({
  name: exporterMetric.decisionsConfidenceBelow,
  help: 'Decisions whose confidence is below what the label says.',
  unit: 'decisions',
  source: history,
  labels: ['window', 'confidence'],
});

export const decisionMetrics = [
  latestConfidence,
  latestAction,
  decisions,
  actionRatio,
  confidenceMean,
  confidenceMin,
  confidenceMax,
  confidenceAtMost,
  confidenceBelow,
];
