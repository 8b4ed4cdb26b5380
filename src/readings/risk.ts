import { countField, isCount, requiredField, type Fields } from './fields.js';
import type { Flaws } from './flaws.js';
import { parseNumber } from './number.js';

/** How often the meta agent overrode a decision, as the trading system counts it. */
export function readOverrides(text: string, flaws: Flaws): number | undefined {
  const value = parseNumber(text);
  if (value !== undefined && isCount(value)) return value;
  flaws.note('invalid_value', `no count: ${text.slice(0, 60)}`);
  return undefined;
}

/** How many risk guards are triggered: their names are listed, or their number is written. */
export function readGuards(fields: Fields, flaws: Flaws): number | undefined {
  const written = requiredField(fields, ['triggered'], flaws);
  if (Array.isArray(written)) return written.length;
  return written === undefined ? undefined : countField(fields, ['triggered'], flaws);
}
