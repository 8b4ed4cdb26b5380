import { describe, expect, it } from 'vitest';
import { readCalibrationStatus, readRollbackMark } from '../../../src/readings/calibration.js';
import { readEngineHealth, namesCalibration } from '../../../src/readings/engine-health.js';
import { Flaws } from '../../../src/readings/flaws.js';
import { readGuards, readOverrides } from '../../../src/readings/risk.js';

const now = 1_768_023_795;

/** What a reading says, and what it finds wrong. */
function withFlaws<T>(read: (flaws: Flaws) => T): [T, readonly string[]] {
  const flaws = new Flaws();
  return [read(flaws), flaws.reasons];
}

describe('readCalibrationStatus', () => {
  it.each([
    [true, true],
    ['True', true],
    [1, true],
    ['1', true],
    [false, false],
    ['false', false],
    [0, false],
  ])('reads loaded %j as %j', (loaded, expected) => {
    const read = withFlaws((flaws) => readCalibrationStatus({ loaded, load_count: '2' }, flaws));
    expect(read).toEqual([{ loaded: expected, loadCount: 2 }, []]);
  });

  it.each([
    [{ loaded: true }, { loaded: true, loadCount: undefined }, ['missing_field']],
    [{ loaded: 'yes', load_count: 1 }, { loaded: undefined, loadCount: 1 }, ['invalid_value']],
    [{ loaded: 2, load_count: 1 }, { loaded: undefined, loadCount: 1 }, ['invalid_value']],
    [{ load_count: 1 }, { loaded: undefined, loadCount: 1 }, ['missing_field']],
    [{ loaded: true, load_count: -1 }, { loaded: true, loadCount: undefined }, ['invalid_value']],
    [{ loaded: true, load_count: 1.5 }, { loaded: true, loadCount: undefined }, ['invalid_value']],
    [{ loaded: true, load_count: 'two' }, { loaded: true, loadCount: undefined }, ['invalid_value']],
  ])('reads of %j what can be read', (fields, expected, reasons) => {
    expect(withFlaws((flaws) => readCalibrationStatus(fields, flaws))).toEqual([expected, reasons]);
  });
});

it.each([
  [{ timestamp: now - 5, reason: 'x' }, now - 5, []],
  [{ timestamp: '2026-01-10T05:43:15Z' }, now, []],
  [{ timestamp: now + 3600 }, undefined, ['future_timestamp']],
  [{ reason: 'x' }, undefined, ['missing_field']],
])('readRollbackMark reads %j', (fields, expected, reasons) => {
  expect(withFlaws((flaws) => readRollbackMark(fields, now, flaws))).toEqual([expected, reasons]);
});

it.each([
  [{ triggered: ['a', 'b'] }, 2, []],
  [{ triggered: [] }, 0, []],
  [{ triggered: 3 }, 3, []],
  [{ triggered: '3' }, 3, []],
  [{ triggered: 0 }, 0, []],
  [{ triggered: -1 }, undefined, ['invalid_value']],
  [{ triggered: { a: true } }, undefined, ['invalid_value']],
  [{ triggered: null }, undefined, ['missing_field']],
  [{}, undefined, ['missing_field']],
])('readGuards reads %j', (fields, expected, reasons) => {
  expect(withFlaws((flaws) => readGuards(fields, flaws))).toEqual([expected, reasons]);
});

it.each([
  ['0', 0, []],
  ['41\n', 41, []],
  ['-1', undefined, ['invalid_value']],
  ['1.5', undefined, ['invalid_value']],
  ['', undefined, ['invalid_value']],
  ['{"count": 1}', undefined, ['invalid_value']],
])('readOverrides reads %j', (text, expected, reasons) => {
  expect(withFlaws((flaws) => readOverrides(text, flaws))).toEqual([expected, reasons]);
});

it.each([
  [{ status: 'healthy' }, { healthy: true, status: 'healthy' }, []],
  [{ status: ' Healthy' }, { healthy: true, status: 'healthy' }, []],
  [{ status: 'unhealthy' }, { healthy: false, status: 'unhealthy' }, []],
  [{ status: 'de"graded\n' }, { healthy: false, status: 'de_graded' }, []],
  [{ status: 'x'.repeat(500) }, { healthy: false, status: 'x'.repeat(40) }, []],
  [{ status: 1 }, undefined, ['invalid_value']],
  [{ status: ' ' }, undefined, ['invalid_value']],
  [{}, undefined, ['missing_field']],
])('readEngineHealth reads %j', (fields, expected, reasons) => {
  expect(withFlaws((flaws) => readEngineHealth(fields, flaws))).toEqual([expected, reasons]);
});

it.each([
  ['CalibrationLoader failed', true],
  ['could not CALIBRATE', true],
  ['caliber of the guns', false],
  ['database is locked', false],
])('namesCalibration says of %j: %j', (entry, expected) => {
  expect(namesCalibration(entry)).toBe(expected);
});
