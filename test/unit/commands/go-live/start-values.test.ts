import { describe, expect, it } from 'vitest';
import { startValuesFrom } from '../../../../src/commands/go-live/start-values.js';

const sample = (counter: string, value: number) => ({ labels: { counter }, value, time: 1 });

describe('start values', () => {
  it('stand in the order in which they are told, whatever else is counted', () => {
    const samples = ['trades_executed', 'luck', 'failovers', 'critical_errors', 'ess_triggers'].map(
      (counter, index) => sample(counter, index),
    );
    expect(startValuesFrom(samples)).toEqual([
      { counter: 'ess_triggers', value: 4 },
      { counter: 'critical_errors', value: 3 },
      { counter: 'failovers', value: 2 },
      { counter: 'trades_executed', value: 0 },
    ]);
  });

  it('are left out where they are no count', () => {
    expect(startValuesFrom([sample('failovers', NaN), sample('ess_triggers', -1)])).toEqual([]);
    expect(startValuesFrom([sample('failovers', Infinity)])).toEqual([]);
  });
});
