import { describe, expect, it } from 'vitest';
import { modelFaults, type ModelFault } from '../../../../src/simulator/faults/fault-names.js';
import { faults } from '../../../../src/simulator/faults/faults.js';
import { distortionOf } from '../../../../src/simulator/faults/model-faults.js';
import { Market, models, type TradeIntent } from '../../../../src/simulator/market.js';
import { violations } from '../../../support/window-readings.js';

function faultyRun(fault: ModelFault, model: (typeof models)[number], seed: number): TradeIntent[] {
  const market = new Market(seed);
  const distortion = distortionOf(fault, model);
  return Array.from({ length: 2000 }, (_, index) => market.next(1_768_000_000 + index / 10, distortion));
}

describe.each(modelFaults)('%s', (fault) => {
  it.each(models)(
    'raises its own alert for a canary of %s, and what that implies, and nothing else',
    (model) => {
      const { alert, implied } = faults[fault];
      for (let seed = 0; seed < 8; seed += 1)
        expect(violations(faultyRun(fault, model, seed), model).sort()).toEqual([alert, ...implied].sort());
    },
  );

  it('leaves the other models as they are judged alone', () => {
    const ensembleAlerts = ['QscEnsembleDysfunction', 'QscModelChaos'];
    const others = violations(faultyRun(fault, 'patchtst', 5), 'xgb');
    expect(others.filter((alert) => !ensembleAlerts.includes(alert))).toEqual([]);
  });

  it('is seen in a window of 200 events too', () => {
    const newest = faultyRun(fault, 'patchtst', 11).slice(-200);
    expect(violations(newest, 'patchtst')).toContain(faults[fault].alert);
  });
});
