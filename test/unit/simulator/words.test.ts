import { describe, expect, it } from 'vitest';
import { faultNames } from '../../../src/simulator/fault-names.js';
import { faults } from '../../../src/simulator/faults.js';
import { describeInjection, endedByRestart } from '../../../src/simulator/words.js';

const facts = { model: 'lgbm', canaryModel: 'lgbm', rate: 10, burst: 2000, stalledAge: 585 };
const run = { pid: 7, startedAt: 1, canaryModel: null };

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
});

describe('endedByRestart', () => {
  it('ends a fault of a model when the engine runs without a canary, and no other', () => {
    expect(endedByRestart('dead-zone', run)).toContain('dead-zone ended');
    expect(endedByRestart('dead-zone', { ...run, canaryModel: 'lgbm' })).toBeUndefined();
    expect(endedByRestart('telemetry-stall', run)).toBeUndefined();
    expect(endedByRestart('redis-down', run)).toBeUndefined();
  });
});
