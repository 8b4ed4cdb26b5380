import { isObject } from './lenient-json.js';

/**
 * Reads a JSON object as every program reads it: NaN and Infinity are none.
 * @returns undefined where the text is none
 */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
