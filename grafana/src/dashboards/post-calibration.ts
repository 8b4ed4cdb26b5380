import { exporterMetric, receiverMetric, recordedMetric } from '../../../src/names.js';
import type { DashboardSpec } from '../spec.js';
import { headRow } from './head.js';

export const postCalibration: DashboardSpec = {
  name: 'post-calibration',
  title: 'Redline: after a calibration',
  description:
    'The 72 hours after a calibration: each check of its runbook by phase, against what was measured before.',
  span: '24h',
  rows: [
    headRow('post-calibration', 'calibration'),
    {
      title: 'Before: can it be taken back, and compared?',
      panels: [
        {
          view: 'states',
          key: 'CalibrationRollbackNotExecutable',
          alerts: ['CalibrationRollbackNotExecutable'],
          title: 'The rollback script has its run bit',
          states: 'holds',
          queries: [
            {
              expr: `min(last_over_time(${exporterMetric.rollbackScriptExecutable}{plan="calibration"}[30s]))`,
              legend: 'executable',
            },
          ],
        },
        {
          view: 'states',
          key: 'CalibrationBackupMissing',
          alerts: ['CalibrationBackupMissing'],
          title: 'Backup of the configuration',
          states: 'sound',
          queries: [
            {
              expr: `min(last_over_time(${exporterMetric.fileValid}{file="calibration_backup"}[30s]))`,
              legend: 'backup',
            },
          ],
        },
        {
          view: 'states',
          key: 'CalibrationBaselineMissing',
          alerts: ['CalibrationBaselineMissing'],
          title: 'What was measured before',
          states: 'there',
          queries: [
            {
              expr: `max by (quantity) (last_over_time(${receiverMetric.deploymentBaselineCaptured}[30s]) and on (deployment) ${recordedMetric.observed})`,
              legend: '{{quantity}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Phase A, the first half hour: services and exceptions',
      panels: [
        {
          view: 'states',
          key: 'CalibrationEngineDown',
          alerts: ['CalibrationEngineDown', 'CalibrationHarvestDown'],
          title: 'Engine and harvest consumer',
          states: 'up',
          queries: [
            {
              expr: `max by (role) (last_over_time(${exporterMetric.unitActive}{role=~"engine|harvest"}[30s]))`,
              legend: '{{role}}',
            },
          ],
        },
        {
          view: 'judged',
          alerts: ['CalibrationEngineRestarted'],
          title: 'Start of the engine',
          description:
            'Up to the end of the settle time, which is the dashed line, a restart is part of the change.',
        },
        {
          view: 'judged',
          alerts: ['CalibrationExceptions'],
          title: 'Sources that tell of a calibration exception',
        },
        { view: 'judged', alerts: ['CalibrationReloaded'], title: 'How often the calibration was loaded' },
        {
          view: 'judged',
          alerts: ['ConfidenceCollapsed'],
          title: 'Share of confidences that are 0 or 1',
          unit: 'percentunit',
        },
        {
          view: 'states',
          key: 'CalibrationNotLoaded',
          alerts: ['CalibrationNotLoaded'],
          title: 'Does the engine say that it is loaded?',
          states: 'loaded',
          queries: [
            { expr: `max(last_over_time(${exporterMetric.calibrationLoaded}[30s]))`, legend: 'calibration' },
          ],
        },
        { view: 'judged', alerts: ['DecisionsStalled'], title: 'Age of the newest decision' },
        {
          view: 'judged',
          alerts: ['EngineErrorsLogged'],
          title: 'Age of the engine’s newest line with an error',
          description: 'Here a low value is the bad one.',
        },
      ],
    },
    {
      title: 'Phase B, the first 6 hours: decisions',
      panels: [
        {
          view: 'judged',
          alerts: ['ActionMixShifted'],
          title: 'How far each action’s share has moved',
          unit: 'percentunit',
        },
        {
          view: 'judged',
          alerts: ['AverageConfidenceOffTarget', 'AverageConfidenceCollapsed'],
          title: 'Mean confidence',
        },
        { view: 'judged', alerts: ['HoldDominates'], title: 'Share of HOLD', unit: 'percentunit' },
        {
          view: 'judged',
          alerts: ['TradeSideDominates'],
          title: 'Shares of BUY and SELL',
          unit: 'percentunit',
        },
        { view: 'judged', alerts: ['MetaOverridesExploded'], title: 'Overrides in an hour' },
        { view: 'judged', alerts: ['RiskGuardsTwiceBaseline'], title: 'Risk guards triggered' },
      ],
    },
    {
      title: 'Phase C, from 6 hours on: risk (what rolls back is judged from the start)',
      panels: [
        {
          view: 'judged',
          alerts: ['DrawdownTwiceNormal', 'DrawdownAboveNormal'],
          title: 'Drawdown',
          unit: 'percentunit',
        },
        {
          view: 'judged',
          alerts: ['GuardBlocksTwiceNormal', 'GuardBlocksAboveNormal'],
          title: 'Lines with BLOCKED in 6 hours',
        },
        {
          view: 'judged',
          alerts: ['EquityVolatilityTwiceNormal', 'EquityVolatilityAboveNormal'],
          title: 'Deviation of the equity',
          unit: 'percentunit',
        },
        {
          view: 'judged',
          alerts: ['StopLossRateAboveNormal'],
          title: 'Share of stop-losses',
          unit: 'percentunit',
        },
      ],
    },
    {
      title: 'Phase D, from 24 hours on: learning',
      panels: [
        { view: 'judged', alerts: ['LearningDataStalled'], title: 'Age of the newest data to learn from' },
        {
          view: 'judged',
          alerts: ['ConfidenceMoreExtreme'],
          title: 'How many more confidences are extreme',
          unit: 'percentunit',
        },
        {
          view: 'judged',
          alerts: ['ConfidenceOutcomeGapWidened'],
          title: 'How much wider confidence and outcome are apart',
        },
      ],
    },
    {
      title: 'After a rollback, and the end',
      panels: [
        {
          view: 'judged',
          alerts: ['RollbackLeftCalibrationLoaded'],
          title: 'Time since the calibration was rolled back',
        },
        {
          view: 'judged',
          alerts: ['RollbackLeftServiceDown'],
          title: 'Time since the newest rollback',
          labels: ['plan'],
        },
        {
          view: 'judged',
          alerts: ['CalibrationAccepted'],
          title: 'What an acceptance asks for',
          description:
            'Both must be at their limit or above: the telemetry’s share, and the quiet 6 hours at the end.',
          unit: 'percentunit',
          names: ['share with telemetry', 'time without a warning, of 6 h'],
        },
      ],
    },
  ],
};
