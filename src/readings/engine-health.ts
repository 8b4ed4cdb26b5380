import { requiredField, type Fields } from './fields.js';
import type { Flaws } from './flaws.js';

/** Longest status that is shown. */
const longestStatus = 40;

/** What the engine says of itself. */
export interface EngineHealth {
  readonly healthy: boolean;
  /** lower case, no more than 40 characters */
  readonly status: string;
}

/** @returns undefined where it says nothing of itself */
export function readEngineHealth(fields: Fields, flaws: Flaws): EngineHealth | undefined {
  const written = requiredField(fields, ['status'], flaws);
  if (written === undefined) return undefined;
  const word = typeof written === 'string' ? written.trim().toLowerCase() : '';
  if (word === '') {
    flaws.note('invalid_value', 'status is no word');
    return undefined;
  }
  const status = word.slice(0, longestStatus).replaceAll(/[^\p{L}\p{N} _.:-]/gu, '_');
  return { healthy: word === 'healthy', status };
}

/** Whether an entry of the recent errors is about the calibration. */
export function namesCalibration(entry: string): boolean {
  return /calibrat/i.test(entry);
}
