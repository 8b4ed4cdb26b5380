import { formatDuration } from '../platform/duration.js';
import type { JudgedValue } from './check-state.js';
import { formatAgainst, formatLimit, formatTime, unknownText } from './numbers.js';

type AlertUnit = 'share' | 'plain' | 'count' | 'duration' | 'time';

/** Units of the values that rules judge, where they are not plain numbers. */
const units: Readonly<Record<string, AlertUnit>> = {
  QscInsufficientEvents: 'count',
  QscActionCollapse: 'share',
  QscDeadZone: 'share',
  QscEnsembleDysfunction: 'share',
  QscModelChaos: 'share',
  QscQualityGateFailed: 'count',
  QscTelemetryStalled: 'duration',
  QscEngineNotRestarted: 'time',
  QscOverrideStillPresent: 'duration',
  QscMonitoringCompleted: 'share',
  CalibrationEngineDown: 'count',
  CalibrationHarvestDown: 'count',
  CalibrationEngineRestarted: 'time',
  CalibrationExceptions: 'count',
  CalibrationReloaded: 'count',
  ConfidenceCollapsed: 'share',
  DecisionsStalled: 'duration',
  EngineErrorsLogged: 'duration',
  ActionMixShifted: 'share',
  HoldDominates: 'share',
  TradeSideDominates: 'share',
  MetaOverridesExploded: 'count',
  RiskGuardsTwiceBaseline: 'count',
  DrawdownAboveNormal: 'share',
  DrawdownTwiceNormal: 'share',
  GuardBlocksAboveNormal: 'count',
  GuardBlocksTwiceNormal: 'count',
  EquityVolatilityAboveNormal: 'share',
  EquityVolatilityTwiceNormal: 'share',
  StopLossRateAboveNormal: 'share',
  LearningDataStalled: 'duration',
  ConfidenceMoreExtreme: 'share',
  CalibrationAccepted: 'share',
  RollbackLeftCalibrationLoaded: 'duration',
  RollbackLeftServiceDown: 'duration',
  DeploymentInputMissing: 'duration',
  WinRateBelowTarget: 'share',
  WinRateBelowRandom: 'share',
  WinRateLow: 'share',
  WinRateCollapsed: 'share',
  WinRateDeclining: 'share',
  WinRateOffBaseline: 'share',
  ConfidenceBelowTarget: 'share',
  ConfidenceAboveTarget: 'share',
  ConfidenceLow: 'share',
  ConfidenceNeverTrades: 'share',
  ConfidenceNearThreshold: 'share',
  ConfidenceVolatile: 'share',
  ConfidenceOffBaseline: 'share',
  ModeSkewed: 'share',
  ModeMixOffTarget: 'share',
  RetrainingSuccessBelowTarget: 'share',
  RetrainingSuccessLow: 'share',
  PostTrainingConfidenceLow: 'share',
  NewsSentimentOneSided: 'share',
  ErrorRateElevated: 'share',
  ErrorRateHigh: 'share',
  ErrorRateSevere: 'share',
  UptimeBelowTarget: 'share',
  UptimeLow: 'share',
  WeeklyUptimeBelowTarget: 'share',
  CandleGaps: 'share',
  DiskSpaceLow: 'share',
  PortfolioDrawdownElevated: 'share',
  PortfolioDrawdownCritical: 'share',
  DailyLossLarge: 'share',
  ModeOscillating: 'count',
  ModeStuck: 'count',
  ModeTransitionsOffBaseline: 'count',
  RetrainingFrequent: 'count',
  RetrainingTooFrequent: 'count',
  RetrainingAbsent: 'count',
  RetrainingOffBaseline: 'count',
  NewsSentimentMissing: 'count',
  ConsecutiveRedDays: 'count',
  SystemCrashed: 'count',
  DatabaseCorrupt: 'count',
  CandlesStale: 'duration',
  AllCandlesStale: 'duration',
  DatabaseBackupStale: 'duration',
  RetrainingSlow: 'duration',
  RetrainingDurationOffTarget: 'duration',
  LogCriticalEvent: 'duration',
  LogWarningEvent: 'duration',
};

/** A value that an alert judges, written so that it can be told from the limit. */
export function formatAlertValue(
  alertname: string,
  value: number | undefined,
  limit: number | undefined,
): string {
  if (value === undefined) return unknownText;
  const unit = unitOf(alertname);
  if (unit === 'duration') return formatDuration(value);
  return unit === 'time' ? formatTime(value) : formatAgainst(value, limit, unit);
}

export function formatAlertLimit(alertname: string, limit: number | undefined): string {
  if (limit === undefined) return unknownText;
  const unit = unitOf(alertname);
  if (unit === 'duration') return formatDuration(limit);
  return unit === 'time' ? formatTime(limit) : formatLimit(limit, unit);
}

function unitOf(alertname: string): AlertUnit {
  return units[alertname] ?? 'plain';
}

/** Values that must not be less than their limit; the second value of a rule is named with its query. */
const lowerBounded: readonly string[] = [
  'QscInsufficientEvents',
  'QscFlatPredictions',
  'QscNarrowRange',
  'QscConstantOutput',
  'QscConstantOutput query_2',
  'QscQualityGateFailed query_2',
  'QscEngineNotRestarted',
  'CalibrationEngineDown',
  'CalibrationHarvestDown',
  'EngineErrorsLogged',
  'UptimeBelowTarget',
  'UptimeLow',
  'WeeklyUptimeBelowTarget',
  'CandleGaps',
  'DatabaseCorrupt',
  'WinRateBelowRandom',
  'WinRateLow',
  'WinRateCollapsed',
  'WinRateDeclining',
  'ConfidenceLow',
  'ConfidenceNeverTrades',
  'ModeStuck',
  'RetrainingAbsent',
  'RetrainingSuccessLow',
  'PostTrainingConfidenceLow',
  'NewsSentimentMissing',
  'NewsSourceDiversityLow',
  'SentimentOutOfRange',
  'LogCriticalEvent',
  'LogWarningEvent',
];

/** Values that are wrong between their two limits: on the one side is what is well, on the other what a graver alert says. */
const wrongBetween: readonly string[] = [
  'WinRateBelowTarget',
  'ConfidenceBelowTarget',
  'ConfidenceNearThreshold',
  'RetrainingFrequent',
  'RetrainingSuccessBelowTarget',
  'ErrorRateElevated',
  'PortfolioDrawdownElevated',
];

/** Whether a value lies on the wrong side of its limit, or outside of its band; false where either is not known. */
export function isBeyond(alertname: string, { query, value, limits: [first, second] }: JudgedValue): boolean {
  if (value === undefined || first === undefined) return false;
  if (second !== undefined) {
    const isOutside = value < Math.min(first, second) || value > Math.max(first, second);
    return wrongBetween.includes(alertname) ? !isOutside : isOutside;
  }
  const name = query === 'query' ? alertname : `${alertname} ${query}`;
  return lowerBounded.includes(name) ? value < first : value > first;
}
