/** 32-bit FNV-1a: its offset and its prime. */
const offset = 0x811c9dc5;
const prime = 0x01000193;

/**
 * The id of a panel, made of its key alone: it stays the same wherever the panel stands, so that links to it last.
 * @returns 1 to 2^31 - 1, which every part of Grafana takes
 */
export function panelId(key: string): number {
  let hash = offset;
  for (const byte of Buffer.from(key, 'utf8')) hash = Math.imul(hash ^ byte, prime);
  return hash & 0x7fffffff || 1;
}
