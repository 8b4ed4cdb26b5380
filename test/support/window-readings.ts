import type { TradeIntent } from '../../src/simulator/market.js';

/** What the runbook judges of one model in one window, computed here by definition and independently of the exporter. */
export interface ModelReadings {
  readonly shares: Readonly<Record<'BUY' | 'SELL' | 'HOLD', number>>;
  readonly deviation: number;
  /** p90 - p10, linear interpolation */
  readonly range: number;
  readonly invalid: number;
}
export interface EnsembleReadings {
  readonly agreement: number;
  readonly hardDisagreement: number;
}

export function modelReadings(
  events: readonly TradeIntent[],
  model: keyof TradeIntent['model_breakdown'],
): ModelReadings {
  const predictions = events.map((event) => event.model_breakdown[model]);
  const confidences = predictions
    .map(({ confidence }) => Number(confidence))
    .filter((confidence) => confidence >= 0 && confidence <= 1)
    .sort((a, b) => a - b);
  const mean = average(confidences);
  const share = (action: string): number =>
    predictions.filter((prediction) => prediction.action === action).length / predictions.length;
  return {
    shares: { BUY: share('BUY'), SELL: share('SELL'), HOLD: share('HOLD') },
    deviation: Math.sqrt(average(confidences.map((confidence) => (confidence - mean) ** 2))),
    range: percentile(confidences, 0.9) - percentile(confidences, 0.1),
    invalid: predictions.length - confidences.length,
  };
}

export function ensembleReadings(events: readonly TradeIntent[]): EnsembleReadings {
  const ballots = events.map((event) => Object.values(event.model_breakdown).map(({ action }) => action));
  return {
    agreement: average(ballots.map((votes) => Math.max(...countEach(votes)) / votes.length)),
    hardDisagreement: average(
      ballots.map((votes) => (votes.includes('BUY') && votes.includes('SELL') ? 1 : 0)),
    ),
  };
}

/** The alerts of the catalogue that a window of events means for a canary of the model. */
export function violations(
  events: readonly TradeIntent[],
  model: keyof TradeIntent['model_breakdown'],
): string[] {
  const { shares, deviation, range, invalid } = modelReadings(events, model);
  const { agreement, hardDisagreement } = ensembleReadings(events);
  const conditions: Record<string, boolean> = {
    QscActionCollapse: Math.max(...Object.values(shares)) > 0.7,
    QscDeadZone: shares.HOLD > 0.85,
    QscFlatPredictions: deviation < 0.05,
    QscNarrowRange: range < 0.12,
    QscConstantOutput: deviation < 0.01 || range < 0.001,
    QscEnsembleDysfunction: agreement < 0.55 || agreement > 0.8,
    QscModelChaos: hardDisagreement > 0.2,
    QscQualityGateFailed: invalid > 0,
  };
  return Object.keys(conditions).filter((alert) => conditions[alert]);
}

function countEach(votes: readonly string[]): number[] {
  return [...new Set(votes)].map((action) => votes.filter((vote) => vote === action).length);
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percentile(sorted: readonly number[], quantile: number): number {
  const rank = (sorted.length - 1) * quantile;
  const low = sorted[Math.floor(rank)] ?? NaN;
  const high = sorted[Math.ceil(rank)] ?? NaN;
  return low + (high - low) * (rank - Math.floor(rank));
}
