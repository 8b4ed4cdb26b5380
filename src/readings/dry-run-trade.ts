import { parseFields } from './fields.js';
import type { Flaws } from './flaws.js';

/** What the backend made of a simulated order. */
export interface DryRunReading {
  readonly ok: boolean;
  /** that it says so: `dryRun` is the JSON value true */
  readonly isDryRun: boolean;
}

/** @returns undefined, and a flaw, where the text is no JSON object */
export function readDryRunTrade(text: string, flaws: Flaws): DryRunReading | undefined {
  const fields = parseFields(text, flaws);
  return fields === undefined ? undefined : { ok: fields.ok === true, isDryRun: fields.dryRun === true };
}
