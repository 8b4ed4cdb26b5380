import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chooseEngine,
  engineProcessReading,
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
    const neverActive = { activeEnterMicroseconds: 0, service: undefined };
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

describe('chooseEngine', () => {
  it('takes the first spelling that is loaded, else the first', () => {
    const states = fc.array(fc.constantFrom('loaded', 'not-found', 'masked'), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(states, (loadStates) => {
        const spellings = loadStates.map((loadState, index) => ({ loadState, index }));
        const chosen = chooseEngine(spellings);
        const expected = loadStates.includes('loaded') ? loadStates.indexOf('loaded') : 0;
        expect(chosen?.index).toBe(expected);
      }),
    );
  });

  it('has nothing to take from nothing', () => {
    const none: readonly RawUnit[] = [];
    expect(chooseEngine(none)).toBeUndefined();
  });
});

describe('engineProcessReading', () => {
  it('shows a running process as an active unit', () => {
    const reading = engineProcessReading(
      { exists: true, process: { startedAt: 1_768_023_795.5 } },
      'e.service',
    );
    expect(reading).toMatchObject({
      unit: 'e.service',
      role: 'engine',
      loaded: true,
      active: true,
      activeState: 'active',
      subState: 'running',
      activeEnter: 1_768_023_795.5,
      automaticRestarts: undefined,
    });
  });

  it('shows an ended process as inactive, and no pid file as not found', () => {
    expect(engineProcessReading({ exists: true, process: undefined }, 'e.service')).toMatchObject({
      loaded: true,
      active: false,
      activeState: 'inactive',
      activeEnter: undefined,
    });
    expect(engineProcessReading({ exists: false, process: undefined }, 'e.service')).toMatchObject({
      loaded: false,
      active: false,
      loadState: 'not-found',
    });
  });
});
