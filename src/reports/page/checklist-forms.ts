import type { Question } from '../observation/form.js';

/** A list of the page: its questions are answered by alerts. */
export interface ChecklistForm {
  readonly title: string;
  readonly questions: readonly Question[];
  /** phase of a calibration from which on its alerts judge; left out: from the start */
  readonly phase?: string;
}

/** @param inputs without which its alerts are silent for want of sight, where their rules state no value */
function question(
  text: string,
  target: string,
  alerts: readonly string[],
  inputs: readonly string[] = [],
): Question {
  return { text, target, alerts, inputs, relation: undefined };
}

/** What a canary needs before it is activated, and what is watched while it runs. */
export const canaryForms: readonly ChecklistForm[] = [
  {
    title: 'Before the change',
    questions: [
      question('Baseline weights', 'whole, to roll back to', ['QscBaselineMissing']),
      question('Events for the gate', 'enough since the cutover', ['QscInsufficientEvents']),
    ],
  },
  {
    title: 'While it runs',
    questions: [
      question('Engine', 'restarted with it', ['QscEngineNotRestarted']),
      question('Telemetry', 'flows', ['QscTelemetryStalled']),
      question('Actions', 'no single one dominates', ['QscActionCollapse', 'QscDeadZone']),
      question('Confidence', 'varies', ['QscFlatPredictions', 'QscNarrowRange', 'QscConstantOutput']),
      question('Ensemble', 'agrees neither too little nor too much', [
        'QscEnsembleDysfunction',
        'QscModelChaos',
      ]),
      question('Quality gate', 'would still let it through', ['QscQualityGateFailed']),
    ],
  },
];

/** The phases of a calibration. */
export const calibrationForms: readonly ChecklistForm[] = [
  {
    title: 'Phase A, critical watch',
    questions: [
      question('Engine', 'up and not restarted', ['CalibrationEngineDown', 'CalibrationEngineRestarted']),
      question('Harvest consumer', 'up', ['CalibrationHarvestDown']),
      question('Exceptions of the calibration', 'none', ['CalibrationExceptions']),
      question('Calibration', 'loaded once', ['CalibrationReloaded']),
      question('Decisions', 'flow', ['DecisionsStalled']),
    ],
  },
  {
    title: 'Phase B, behaviour',
    phase: 'B',
    questions: [
      question('Mix of actions', 'as before', ['ActionMixShifted', 'HoldDominates', 'TradeSideDominates']),
      question('Confidence', 'on target, not collapsed', [
        'AverageConfidenceOffTarget',
        'AverageConfidenceCollapsed',
        'ConfidenceCollapsed',
      ]),
      question('Meta agent', 'overrides as before', ['MetaOverridesExploded']),
    ],
  },
  {
    title: 'Phase C, risk',
    phase: 'C',
    questions: [
      question('Drawdown', 'normal', ['DrawdownAboveNormal', 'DrawdownTwiceNormal']),
      question('Risk guards', 'block as before', [
        'GuardBlocksAboveNormal',
        'GuardBlocksTwiceNormal',
        'RiskGuardsTwiceBaseline',
      ]),
      question('Equity', 'swings as before', ['EquityVolatilityAboveNormal', 'EquityVolatilityTwiceNormal']),
      question('Stop-losses', 'as often as before', ['StopLossRateAboveNormal']),
    ],
  },
  {
    title: 'Phase D, acceptance',
    phase: 'D',
    questions: [
      question('Data to learn from', 'grows', ['LearningDataStalled']),
      question('Confidence against outcomes', 'no worse than before', [
        'ConfidenceMoreExtreme',
        'ConfidenceOutcomeGapWidened',
      ]),
    ],
  },
];
