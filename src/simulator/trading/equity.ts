/** The highest that equity has been, USD. */
export const peakEquity = 100_000;
/** The drawdown goes up and down by this, as a share of the peak, and how long that takes, seconds. */
const drawdownWave = 0.0013;
const wavePeriod = 6 * 3600;
/** Seconds between two samples of the history. */
export const sampleSpacing = 1800;

/** A sample of the equity history as the trading system writes it; the time is Unix seconds. */
export interface EquitySample {
  readonly equity: number;
  readonly timestamp: number;
}

/**
 * Equity at a time.
 * @param at Unix seconds
 * @param drawdown part of the peak that is lost, about, 0-1
 */
export function equityAt(at: number, drawdown: number): number {
  const lost = drawdown + drawdownWave * Math.sin((2 * Math.PI * at) / wavePeriod);
  return Math.round(peakEquity * (1 - lost) * 100) / 100;
}

/** When the newest sample is due that a time has behind it, Unix seconds. */
export function newestSampleTime(at: number): number {
  return Math.floor(at / sampleSpacing) * sampleSpacing;
}

/**
 * The sample of a time.
 * @param swing jump up and down, in turn, around the equity of that time, as a share of the peak
 */
export function sampleAt(timestamp: number, drawdown: number, swing: number): EquitySample {
  const direction = (timestamp / sampleSpacing) % 2 === 0 ? 1 : -1;
  const equity = equityAt(timestamp, drawdown) + direction * swing * peakEquity;
  return { equity: Math.round(equity * 100) / 100, timestamp };
}
