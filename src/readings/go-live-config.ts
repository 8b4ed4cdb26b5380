import { parse } from 'yaml';
import { errorMessage } from '../platform/errors.js';
import { pastTime, type Fields } from './fields.js';
import type { Flaws } from './flaws.js';
import { isObject } from './lenient-json.js';
import { parseTimestamp } from './timestamp.js';

/** Longest text that is parsed, characters. */
const longestText = 64 * 1024;

/** What the trading system's go-live configuration says. What it does not say, or says in no form that can be read, is undefined. */
export interface GoLiveConfig {
  /** whether real trading may be switched on */
  readonly activationEnabled: boolean | undefined;
  /** Unix seconds */
  readonly lastRollback: number | undefined;
}

/**
 * Reads the file as the trading system does, whose Python knows YAML 1.1: there `yes` is true, a date is no text, and of
 * two equal keys the last counts. Comments and keys of other programs do not matter.
 * @returns undefined, and a flaw, where it is no mapping of YAML, or longer than any configuration
 */
export function parseGoLiveConfig(text: string, flaws: Flaws): Fields | undefined {
  if (text.length > longestText) {
    flaws.note('oversized', `${text.length} characters`);
    return undefined;
  }
  let content: unknown;
  try {
    content = parse(text, { version: '1.1', uniqueKeys: false, logLevel: 'error' }) as unknown;
  } catch (error) {
    flaws.note('invalid_value', `no YAML: ${errorMessage(error).split('\n')[0] ?? ''}`);
    return undefined;
  }
  if (isObject(content)) return content;
  flaws.note('invalid_value', 'no mapping of YAML');
  return undefined;
}

/** @param now Unix seconds */
export function readGoLiveConfig(fields: Fields, now: number, flaws: Flaws): GoLiveConfig {
  return {
    activationEnabled: readActivationEnabled(fields.activation_enabled, flaws),
    lastRollback: pastTime(readTime(fields.last_rollback_timestamp, flaws), now, flaws),
  };
}

/** Text is neither: a program that asks whether it is there takes "false" for true. */
function readActivationEnabled(raw: unknown, flaws: Flaws): boolean | undefined {
  if (typeof raw === 'boolean') return raw;
  if (raw !== undefined && raw !== null)
    flaws.note('invalid_value', 'activation_enabled is neither true nor false');
  return undefined;
}

/** An empty text is how some write that there was none. */
function readTime(raw: unknown, flaws: Flaws): number | undefined {
  if (raw === undefined || raw === null || raw === '') return undefined;
  const time = parseTimestamp(raw instanceof Date ? raw.getTime() / 1000 : raw);
  if (time === undefined) flaws.note('invalid_value', 'last_rollback_timestamp is no time');
  return time;
}
