import { parseNumber } from './number.js';

/** What a model said of its certainty: a share in 0-1, `invalid`, or undefined where it made no prediction. */
export type Confidence = number | 'invalid' | undefined;

/**
 * Brings a confidence to 0-1: a number (or numeric text) in 0-1 as it is, above 1 as a logit through 1/(1+e^-x).
 * @returns `invalid` for what is negative, infinite or no number; undefined for null or absent
 */
export function normaliseConfidence(raw: unknown): Confidence {
  if (raw === undefined || raw === null) return undefined;
  const value = parseNumber(raw);
  if (value === undefined || value < 0) return 'invalid';
  return value > 1 ? 1 / (1 + Math.exp(-value)) : value;
}
