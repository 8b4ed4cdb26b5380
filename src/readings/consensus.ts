import { parseFields, type Fields } from './fields.js';
import type { Flaws } from './flaws.js';
import { parseNumber } from './number.js';

/** What `POST /api/ai/consensus` answered to the synthetic question. */
export interface ConsensusReading {
  /** lower case, no more than 20 characters */
  readonly signal: string;
  /** 0 to 1 */
  readonly confidence: number;
}

const shares = ['prob_long', 'prob_short', 'threshold'] as const;

/**
 * Reads an answer whole: a signal that is a word, a confidence from 0 to 1, and, where they are there, two probabilities and
 * a threshold in the same range and `allow` as true or false.
 * @returns undefined, and a flaw, where one of them is not so
 */
export function readConsensus(text: string, flaws: Flaws): ConsensusReading | undefined {
  const fields = parseFields(text, flaws);
  if (fields === undefined) return undefined;
  const { signal, allow } = fields;
  const confidence = shareOf(fields, 'confidence', flaws);
  if (typeof signal !== 'string' || !/^[a-z_]{1,20}$/i.test(signal)) {
    const reason = signal === undefined || signal === null ? 'missing_field' : 'invalid_value';
    flaws.note(reason, 'signal is no word');
    return undefined;
  }
  if (confidence === undefined) {
    if (fields.confidence === undefined) flaws.note('missing_field', 'confidence');
    return undefined;
  }
  const areSharesRight = shares.every(
    (name) => fields[name] === undefined || shareOf(fields, name, flaws) !== undefined,
  );
  if (allow !== undefined && typeof allow !== 'boolean') {
    flaws.note('invalid_value', 'allow is neither true nor false');
    return undefined;
  }
  return areSharesRight ? { signal: signal.toLowerCase(), confidence } : undefined;
}

function shareOf(fields: Fields, name: string, flaws: Flaws): number | undefined {
  const raw = fields[name];
  if (raw === undefined) return undefined;
  const value = parseNumber(raw);
  if (value !== undefined && value >= 0 && value <= 1) return value;
  flaws.note('invalid_value', `${name} is no number from 0 to 1`);
  return undefined;
}
