/**
 * Reads JSON, also as Python's json module writes it: bare NaN, Infinity and -Infinity, which come back as these words
 * (text), so that one of them costs its own value and not the whole document.
 * @returns undefined where the text is no JSON
 */
export function parseLenientJson(text: string): unknown {
  const plain = tryParse(text);
  if (plain !== undefined || !/NaN|Infinity/.test(text)) return plain;
  return tryParse(quoteUnknownNumbers(text));
}

/** By hand and in one pass: a regular expression over strings that are never closed takes quadratic time. */
function quoteUnknownNumbers(text: string): string {
  let quoted = '';
  for (let at = 0; at < text.length;) {
    const opening = text.indexOf('"', at);
    const end = opening < 0 ? text.length : opening;
    quoted += text.slice(at, end).replaceAll(/-?Infinity|NaN/g, '"$&"');
    at = opening < 0 ? end : endOfString(text, opening);
    quoted += text.slice(end, at);
  }
  return quoted;
}

/** @returns the position behind the string that opens here; the text's end where it is never closed */
function endOfString(text: string, opening: number): number {
  let at = opening + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return Math.min(at + 1, text.length);
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
