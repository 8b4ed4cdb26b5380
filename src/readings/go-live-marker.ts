import { parseBoolean } from './calibration.js';
import { pastTime, timeField } from './fields.js';
import type { Flaws } from './flaws.js';

const line = /^\s*(activated|timestamp)\s*:(.*)$/i;

/**
 * When real trading was switched on, by the marker file: lines of `key: value`, of which `activated` states it, else
 * `timestamp`. Whatever else stands there is nobody's concern, and an empty file says as much by being there.
 * @param now Unix seconds
 * @returns Unix seconds; undefined where it does not say, and a flaw where it says it in no form that can be read
 */
export function readActivation(text: string, now: number, flaws: Flaws): number | undefined {
  const stated: Record<string, string> = {};
  for (const one of text.split(/\r?\n/)) {
    const [, key = '', value = ''] = line.exec(one) ?? [];
    if (value.trim() !== '') stated[key.toLowerCase()] = unquoted(value.trim());
  }
  // `activated: true` says that, and not when.
  const names = ['activated', 'timestamp'].filter(
    (name) => name in stated && parseBoolean(stated[name]) === undefined,
  );
  return names.length === 0 ? undefined : pastTime(timeField(stated, names, flaws), now, flaws);
}

function unquoted(value: string): string {
  return /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
}
