/** A string as it is written, also one that is never closed; or a number that JSON does not know. */
const stringOrToken = /"(?:[^"\\]|\\.)*(?:"|$)|-?Infinity|NaN/gs;

/**
 * Reads JSON, also as Python's json module writes it: bare NaN, Infinity and -Infinity, which come back as these words
 * (text), so that one of them costs its own value and not the whole document.
 * @returns undefined where the text is no JSON
 */
export function parseLenientJson(text: string): unknown {
  const plain = tryParse(text);
  if (plain !== undefined || !/NaN|Infinity/.test(text)) return plain;
  return tryParse(text.replace(stringOrToken, (found) => (found.startsWith('"') ? found : `"${found}"`)));
}

/** JSON knows no undefined, so it can stand for "no JSON". */
function tryParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** True for a JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
