import { exporterMetric, recordedMetric } from '../../../src/names.js';
import { modelVariable } from '../names.js';
import type { DashboardSpec } from '../spec.js';
import { headRow } from './head.js';

const modelMatcher = `model=~"$${modelVariable}"`;

export const qscCanary: DashboardSpec = {
  name: 'qsc-canary',
  title: 'Redline: canary',
  description: 'A canary model against the checks of its runbook, and what the gate says of every model.',
  span: '6h',
  hasModels: true,
  rows: [
    headRow('qsc-canary', 'canary'),
    {
      title: 'Violations: each rolls the canary back',
      panels: [
        {
          view: 'judged',
          alerts: ['QscActionCollapse'],
          title: 'Largest share of one action',
          unit: 'percentunit',
        },
        { view: 'judged', alerts: ['QscDeadZone'], title: 'Share of HOLD', unit: 'percentunit' },
        { view: 'judged', alerts: ['QscFlatPredictions'], title: 'Deviation of the confidence' },
        { view: 'judged', alerts: ['QscNarrowRange'], title: 'Range of the confidence (p90 - p10)' },
        {
          view: 'judged',
          alerts: ['QscConstantOutput'],
          title: 'Constant output',
          names: ['deviation', 'p90 - p10'],
        },
        {
          view: 'judged',
          alerts: ['QscEnsembleDysfunction'],
          title: 'Agreement of the models',
          unit: 'percentunit',
        },
        { view: 'judged', alerts: ['QscModelChaos'], title: 'Events with BUY and SELL', unit: 'percentunit' },
        { view: 'judged', alerts: ['QscQualityGateFailed'], value: 'first', title: 'Invalid confidences' },
        { view: 'judged', alerts: ['QscQualityGateFailed'], value: 'second', title: 'Predictions' },
        {
          view: 'judged',
          alerts: ['QscTelemetryStalled'],
          title: 'Age of the newest trade.intent event',
        },
      ],
    },
    {
      title: 'Before: can it be judged, and rolled back?',
      panels: [
        { view: 'judged', alerts: ['QscInsufficientEvents'], title: 'Events for the gate' },
        {
          view: 'judged',
          alerts: ['QscBaselineMissing'],
          title: 'How far the baseline weights are from a sum of 1',
          unit: 'short',
        },
        {
          view: 'states',
          key: 'qsc-gate-status',
          title: 'The gate, by model',
          states: 'gate',
          queries: [
            {
              expr: `max by (model) (${recordedMetric.modelGateStatus}{window="gate",${modelMatcher}})`,
              legend: '{{model}}',
            },
          ],
        },
        {
          view: 'states',
          key: 'QscRollbackScriptBroken',
          alerts: ['QscRollbackScriptBroken'],
          title: 'The rollback script',
          states: 'sound',
          queries: [
            { expr: `min(${exporterMetric.rollbackScriptReadable}{plan="qsc"})`, legend: 'readable' },
            { expr: `min(${exporterMetric.rollbackScriptExecutable}{plan="qsc"})`, legend: 'executable' },
            { expr: `min(${exporterMetric.rollbackScriptValid}{plan="qsc"})`, legend: 'valid' },
          ],
        },
        {
          view: 'states',
          key: 'RedisDown',
          alerts: ['RedisDown'],
          title: 'Redis',
          states: 'up',
          queries: [{ expr: `min(${exporterMetric.redisUp})`, legend: 'Redis' }],
        },
      ],
    },
    {
      title: 'Life cycle',
      panels: [
        {
          view: 'states',
          key: 'QscOverrideNotInstalled',
          alerts: ['QscOverrideNotInstalled'],
          title: 'The override of the engine’s unit',
          states: 'present',
          queries: [
            {
              expr: `max by (file) (${exporterMetric.fileExists}{file=~"override_generated|override_installed"})`,
              legend: '{{file}}',
            },
          ],
        },
        {
          view: 'judged',
          alerts: ['QscEngineNotRestarted'],
          title: 'Start of the engine',
          description: 'The engine must have started after the declaration, which is the dashed line.',
        },
        { view: 'judged', alerts: ['QscOverrideStillPresent'], title: 'Time since the rollback ended' },
        {
          view: 'judged',
          alerts: ['QscMonitoringCompleted'],
          title: 'Share of the observation with telemetry',
          unit: 'percentunit',
          labels: ['model'],
        },
      ],
    },
    {
      title: 'Readings of the canary’s window',
      panels: [
        {
          view: 'graph',
          key: 'qsc-actions',
          title: 'Shares of the actions',
          queries: [
            {
              expr: `max by (model, action) (${exporterMetric.modelActionRatio}{window="canary",${modelMatcher}})`,
              legend: '{{model}} {{action}}',
            },
          ],
        },
        {
          view: 'graph',
          key: 'qsc-confidence',
          title: 'Confidence: p10, mean, p90',
          unit: 'short',
          queries: [
            {
              expr: `max by (model) (${exporterMetric.modelConfidenceP10}{window="canary",${modelMatcher}})`,
              legend: '{{model}} p10',
            },
            {
              expr: `max by (model) (${exporterMetric.modelConfidenceMean}{window="canary",${modelMatcher}})`,
              legend: '{{model}} mean',
            },
            {
              expr: `max by (model) (${exporterMetric.modelConfidenceP90}{window="canary",${modelMatcher}})`,
              legend: '{{model}} p90',
            },
          ],
        },
        {
          view: 'graph',
          key: 'qsc-events',
          title: 'Judged events',
          queries: [{ expr: `max by (window) (${exporterMetric.windowEvents})`, legend: '{{window}}' }],
        },
      ],
    },
  ],
};
