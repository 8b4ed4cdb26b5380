import { formatDuration } from '../platform/duration.js';
import type { JudgedQuery, JudgedValue } from './check-state.js';
import { formatAgainst, formatLimit, formatTime, unknownText } from './numbers.js';

type AlertUnit = 'share' | 'plain' | 'count' | 'duration' | 'time';

/** Units of the values that rules judge, where they are not plain numbers; the second value of a rule is named with its query. */
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
  ApiErrorRateHigh: 'share',
  ApiErrorRateAboveAcceptance: 'share',
  ApiLatencyHigh: 'duration',
  ApiLatencyAboveAcceptance: 'duration',
  DrawdownNearLimit: 'share',
  RateLimitNearLimit: 'share',
  ConfidenceCalibrationOff: 'share',
  RiskLimitBreached: 'share',
  'RiskLimitBreached query_2': 'count',
  ModelServiceUnreachable: 'count',
  LowConfidenceRejections: 'count',
  RateLimited: 'count',
  GoLiveEssTriggered: 'count',
  GoLiveDailyLossEmergency: 'share',
  GoLiveDailyLossLimit: 'share',
  GoLivePositionLimit: 'count',
  GoLiveLeverage: 'plain',
  GoLiveCriticalError: 'count',
  GoLiveRiskPerTrade: 'share',
  GoLiveCircuitBreakerOpen: 'count',
  GoLiveBackendUnavailable: 'count',
  GoLiveMarkerMissing: 'count',
  GoLiveSchedulerErrors: 'count',
  GoLiveLatencyHigh: 'duration',
  GoLiveFailover: 'count',
  GoLiveMarginHigh: 'share',
  GoLiveRiskGateSilent: 'count',
  GoLiveFirstOrder: 'count',
  GoLiveObservationPassed: 'share',
};

/**
 * A value that an alert judges, written so that it can be told from the limit.
 * @param query the annotation of the rule that asks for it
 */
export function formatAlertValue(
  alertname: string,
  value: number | undefined,
  limit: number | undefined,
  query: JudgedQuery = 'query',
): string {
  if (value === undefined) return unknownText;
  const unit = unitOf(alertname, query);
  if (unit === 'duration') return formatDuration(value);
  return unit === 'time' ? formatTime(value) : formatAgainst(value, limit, unit);
}

export function formatAlertLimit(
  alertname: string,
  limit: number | undefined,
  query: JudgedQuery = 'query',
): string {
  if (limit === undefined) return unknownText;
  const unit = unitOf(alertname, query);
  if (unit === 'duration') return formatDuration(limit);
  return unit === 'time' ? formatTime(limit) : formatLimit(limit, unit);
}

function unitOf(alertname: string, query: JudgedQuery): AlertUnit {
  return units[`${alertname} ${query}`] ?? units[alertname] ?? 'plain';
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
  'GoLiveDailyLossEmergency',
  'GoLiveDailyLossLimit',
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
  return isLowerBounded(alertname, query) ? value < first : value > first;
}

/** Alerts of what is good: what they tell is allowed, and their limit is where they begin. */
const toldFrom: Readonly<Record<string, string>> = {
  QscMonitoringCompleted: 'told at',
  CalibrationAccepted: 'told at',
  GoLiveObservationPassed: 'told at',
  GoLiveFirstOrder: 'told above',
};

/** Where a value is allowed to lie: `at most 70%`, `at least 200`, `55% to 80%`, `told at 95%`; empty where its rule states no limit. */
export function allowedText(
  alertname: string,
  { query, limits }: Pick<JudgedValue, 'query' | 'limits'>,
): string {
  const known = limits.filter((limit) => limit !== undefined).sort((a, b) => a - b);
  if (known.length < limits.length) return unknownText;
  const texts = known.map((limit) => formatAlertLimit(alertname, limit, query));
  if (texts.length > 1)
    return wrongBetween.includes(alertname) ? `not ${texts.join(' to ')}` : texts.join(' to ');
  if (texts.length === 0) return '';
  const side = isLowerBounded(alertname, query) ? 'at least' : 'at most';
  return `${toldFrom[alertname] ?? side} ${texts.join('')}`;
}

function isLowerBounded(alertname: string, query: JudgedQuery): boolean {
  return lowerBounded.includes(query === 'query' ? alertname : `${alertname} ${query}`);
}

/** Whether the values of an alert are points in time: a curve of them would say nothing. */
export function isTime(alertname: string): boolean {
  return unitOf(alertname, 'query') === 'time';
}
