import { countField, pastTime, requiredField, timeField, type Fields } from './fields.js';
import type { Flaws } from './flaws.js';

const booleans: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [true, true],
  ['true', true],
  [1, true],
  ['1', true],
  [false, false],
  ['false', false],
  [0, false],
  ['0', false],
]);

/** Reads what is written for true or false: JSON's own, their words, and 1 or 0. */
export function parseBoolean(raw: unknown): boolean | undefined {
  return booleans.get(typeof raw === 'string' ? raw.trim().toLowerCase() : raw);
}

/** What the engine says of its calibration. What is unknown is undefined. */
export interface CalibrationStatus {
  readonly loaded: boolean | undefined;
  readonly loadCount: number | undefined;
}

export function readCalibrationStatus(fields: Fields, flaws: Flaws): CalibrationStatus {
  const written = requiredField(fields, ['loaded'], flaws);
  const loaded = parseBoolean(written);
  if (written !== undefined && loaded === undefined) {
    flaws.note('invalid_value', 'loaded is neither true nor false');
  }
  return { loaded, loadCount: countField(fields, ['load_count'], flaws) };
}

/**
 * When a calibration was rolled back, by the mark that the script leaves.
 * @param now Unix seconds
 * @returns Unix seconds
 */
export function readRollbackMark(fields: Fields, now: number, flaws: Flaws): number | undefined {
  return pastTime(timeField(fields, ['timestamp'], flaws), now, flaws);
}
