import { describe, expect, it } from 'vitest';
import { calibrationFaultFacts } from '../../../../src/simulator/faults/calibration-faults.js';
import { healthyConduct } from '../../../../src/simulator/trading/conduct.js';
import {
  equityAt,
  newestSampleTime,
  peakEquity,
  sampleAt,
  sampleSpacing,
} from '../../../../src/simulator/trading/equity.js';

const start = newestSampleTime(1_768_000_000);

/** Population deviation of 24 samples as a share of their mean. */
function deviation(newest: number, swing: number): number {
  const samples = Array.from(
    { length: 24 },
    (_, index) => sampleAt(newest - index * sampleSpacing, healthyConduct.drawdown, swing).equity,
  );
  const mean = samples.reduce((sum, equity) => sum + equity, 0) / samples.length;
  const squares = samples.reduce((sum, equity) => sum + (equity - mean) ** 2, 0);
  return Math.sqrt(squares / samples.length) / mean;
}

const drawdownAt = (at: number, drawdown: number): number => 1 - equityAt(at, drawdown) / peakEquity;

describe('equity', () => {
  it('goes up and down by less than what counts as above normal, whenever the baseline was taken', () => {
    const course = Array.from({ length: 2000 }, (_, index) =>
      drawdownAt(start + index * 60, healthyConduct.drawdown),
    );
    expect(Math.max(...course) / Math.min(...course)).toBeLessThan(1.4);
    expect(Math.min(...course)).toBeGreaterThan(0.01);
  });

  it('falls by the fault to more than twice of any baseline', () => {
    const fallen = calibrationFaultFacts.drawdown.conduct.drawdown ?? 0;
    expect(drawdownAt(start, fallen)).toBeGreaterThan(2.5 * 0.0148);
  });

  it('never stands above its peak, swinging or not', () => {
    for (let index = 0; index < 48; index += 1)
      expect(sampleAt(start - index * sampleSpacing, healthyConduct.drawdown, 0.01).equity).toBeLessThan(
        peakEquity,
      );
  });

  it('deviates little in good health, and far more by the swings', () => {
    for (let index = 0; index < 24; index += 1)
      expect(deviation(start + index * sampleSpacing, 0)).toBeLessThan(0.0015);
    expect(deviation(start, calibrationFaultFacts['equity-swings'].conduct.swing ?? 0)).toBeGreaterThan(
      0.008,
    );
  });
});
