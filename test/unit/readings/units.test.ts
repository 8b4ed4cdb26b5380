import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chooseSpelling,
  StartCounter,
  unitProcessReading,
  unitReading,
  type RawUnit,
} from '../../../src/readings/units.js';

const running: RawUnit = {
  name: 'quantum-ai-engine.service',
  loadState: 'loaded',
  activeState: 'active',
  subState: 'running',
  details: {
    activeEnterMicroseconds: 1_768_023_795_123_456,
    invocationId: '6a1e',
    service: { restarts: 2, result: 'success', execMainStatus: 0 },
  },
};

describe('unitReading', () => {
  it('turns properties into base units', () => {
    expect(unitReading(running, 'engine')).toEqual({
      unit: 'quantum-ai-engine.service',
      role: 'engine',
      loaded: true,
      active: true,
      loadState: 'loaded',
      activeState: 'active',
      subState: 'running',
      result: 'success',
      automaticRestarts: 2,
      activeEnter: 1_768_023_795.123456,
      execMainStatus: 0,
      invocationId: '6a1e',
    });
  });

  it.each([
    ['active', true],
    ['reloading', true],
    ['activating', false],
    ['deactivating', false],
    ['failed', false],
    ['inactive', false],
    ['maintenance', false],
  ])('%s: active is %s', (activeState, active) => {
    expect(unitReading({ ...running, activeState }, 'other').active).toBe(active);
  });

  it.each(['not-found', 'masked', 'bad-setting', 'error', 'stub'])('%s is not loaded', (loadState) => {
    expect(unitReading({ ...running, loadState }, 'other').loaded).toBe(false);
  });

  it('leaves out what a unit that was never active, is no service or is not there cannot have', () => {
    const neverActive = { activeEnterMicroseconds: 0, invocationId: '', service: undefined };
    expect(unitReading({ ...running, details: neverActive }, 'other')).toMatchObject({
      activeEnter: undefined,
      automaticRestarts: undefined,
      execMainStatus: undefined,
      result: '',
    });
    expect(unitReading({ ...running, loadState: 'not-found', details: undefined }, 'other')).toMatchObject({
      activeEnter: undefined,
      automaticRestarts: undefined,
    });
  });
});

describe('chooseSpelling', () => {
  it('takes the first spelling that is loaded, else the first', () => {
    const states = fc.array(fc.constantFrom('loaded', 'not-found', 'masked'), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(states, (loadStates) => {
        const spellings = loadStates.map((loadState, index) => ({ loadState, index }));
        const chosen = chooseSpelling(spellings);
        const expected = loadStates.includes('loaded') ? loadStates.indexOf('loaded') : 0;
        expect(chosen?.index).toBe(expected);
      }),
    );
  });

  it('has nothing to take from nothing', () => {
    const none: readonly RawUnit[] = [];
    expect(chooseSpelling(none)).toBeUndefined();
  });
});

describe('unitProcessReading', () => {
  it('shows a running process as an active unit', () => {
    const reading = unitProcessReading(
      { exists: true, process: { pid: 42, startedAt: 1_768_023_795.5 } },
      'e.service',
      'harvest',
    );
    expect(reading).toMatchObject({
      unit: 'e.service',
      role: 'harvest',
      loaded: true,
      active: true,
      activeState: 'active',
      subState: 'running',
      activeEnter: 1_768_023_795.5,
      automaticRestarts: undefined,
      invocationId: '42-1768023795.5',
    });
  });

  it('shows an ended process as inactive, and no pid file as not found', () => {
    expect(unitProcessReading({ exists: true, process: undefined }, 'e.service', 'engine')).toMatchObject({
      loaded: true,
      active: false,
      activeState: 'inactive',
      activeEnter: undefined,
      invocationId: '',
    });
    expect(unitProcessReading({ exists: false, process: undefined }, 'e.service', 'engine')).toMatchObject({
      loaded: false,
      active: false,
      loadState: 'not-found',
    });
  });
});

describe('StartCounter', () => {
  const unit = 'e.service';

  it('counts no start at the first reading, and one for each other invocation after it', () => {
    const counter = new StartCounter();
    const seen = ['a', 'a', 'b', 'b', 'a'].map((invocationId) => counter.newStarts({ unit, invocationId }));
    expect(seen).toEqual([0, 0, 1, 0, 1]);
  });

  it('counts the first start of a unit that had none', () => {
    const counter = new StartCounter();
    expect(counter.newStarts({ unit, invocationId: '' })).toBe(0);
    expect(counter.newStarts({ unit, invocationId: 'a' })).toBe(1);
  });

  it('does not take a unit that systemd unloaded for one that was started', () => {
    const counter = new StartCounter();
    const seen = ['a', '', 'a', '', 'b'].map((invocationId) => counter.newStarts({ unit, invocationId }));
    expect(seen).toEqual([0, 0, 0, 0, 1]);
  });

  it('keeps units apart', () => {
    const counter = new StartCounter();
    counter.newStarts({ unit, invocationId: 'a' });
    expect(counter.newStarts({ unit: 'other.service', invocationId: 'b' })).toBe(0);
  });
});
