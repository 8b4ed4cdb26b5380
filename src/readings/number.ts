const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * Reads a number, also one that was written as text. Stricter than Number(), which takes empty text for 0 and knows
 * hexadecimal.
 * @returns undefined for anything else, NaN and infinity too
 */
export function parseNumber(raw: unknown): number | undefined {
  const text = typeof raw === 'string' ? raw.trim() : undefined;
  const value = text !== undefined && decimal.test(text) ? Number(text) : raw;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
