import { describe, expect, it } from 'vitest';
import { faultNames } from '../../../src/simulator/faults/fault-names.js';
import { faults } from '../../../src/simulator/faults/faults.js';
import { describeInjection, endedByRestart } from '../../../src/simulator/words.js';

const facts = {
  model: 'lgbm',
  canaryModel: 'lgbm',
  calibration: 'v2',
  rate: 10,
  burst: 2000,
  stalledAge: 585,
};
const run = { pid: 7, startedAt: 1, canaryModel: null, calibration: null };

describe('what an injection says', () => {
  it.each(faultNames)('%s: names itself, its alert and how it ends', (name) => {
    const text = describeInjection(name, facts).join('\n');
    expect(text).toContain(`${name}: `);
    expect(text).toContain(`Expect the alert ${faults[name].alert}`);
    expect(text).toContain('redline inject none');
    expect(text).not.toContain('MODEL');
  });

  it('says that nothing is rolled back where no canary runs', () => {
    const text = describeInjection('dead-zone', { ...facts, canaryModel: null }).join('\n');
    expect(text).toContain('nothing will be rolled back');
  });

  it('says how old the newest event is made', () => {
    expect(describeInjection('telemetry-stall', facts).join('\n')).toContain('9 min 45 s old');
  });

  it('says that nothing is rolled back where no calibration is loaded', () => {
    const text = describeInjection('drawdown', { ...facts, calibration: null }).join('\n');
    expect(text).toContain('No calibration is loaded, so nothing will be rolled back');
  });

  it('says that a rollback stops the trading and no more, and what an alert waits for', () => {
    const text = describeInjection('candles-stall', facts).join('\n');
    expect(text).toContain('A rollback stops the trading and does not undo this');
    expect(text).toContain('once it has held for two minutes');
  });

  it('says in which phase an alert is judged', () => {
    expect(describeInjection('stop-loss-storm', facts).join('\n')).toContain(
      'is judged in phases C and D, from 6 h after the start of the calibration, only.',
    );
    expect(describeInjection('drawdown', facts).join('\n')).not.toContain('is judged in');
  });
});

describe('endedByRestart', () => {
  const loaded = { ...run, calibration: 'v2' };

  it('ends a fault of a model when the engine runs without a canary', () => {
    const fault = { name: 'dead-zone', isOfCalibration: false } as const;
    expect(endedByRestart(fault, run)).toContain('dead-zone ended');
    expect(endedByRestart(fault, { ...run, canaryModel: 'lgbm' })).toBeUndefined();
  });

  it('ends a fault of a calibration when the engine runs without it', () => {
    const fault = { name: 'drawdown', isOfCalibration: true } as const;
    expect(endedByRestart(fault, run)).toContain('drawdown ended');
    expect(endedByRestart(fault, loaded)).toBeUndefined();
    // It came from something else: there was no calibration then.
    expect(endedByRestart({ ...fault, isOfCalibration: false }, run)).toBeUndefined();
  });

  it('ends no fault of the way that the events take', () => {
    for (const name of ['telemetry-stall', 'redis-down'] as const)
      expect(endedByRestart({ name, isOfCalibration: true }, run)).toBeUndefined();
  });
});
