const bytes = new DataView(new ArrayBuffer(8));

/**
 * A hash of a row's values. Sums of such hashes tell whether a set of rows is the same, whatever their order.
 * @returns a whole number below 2^32
 */
export function rowHash(row: readonly unknown[]): number {
  let hash = 0x811c9dc5;
  for (const value of row) hash = mixValue(hash, value);
  return finish(hash);
}

function mixValue(hash: number, value: unknown): number {
  if (typeof value === 'number') return mixNumber(hash, value);
  if (typeof value === 'string') return mixText(hash, value);
  if (value instanceof Uint8Array) return value.reduce(mix, mix(hash, 3));
  if (typeof value === 'bigint') return mixText(hash, value.toString());
  return mix(hash, 5);
}

function mixNumber(hash: number, value: number): number {
  bytes.setFloat64(0, value);
  return mix(mix(mix(hash, 1), bytes.getUint32(0)), bytes.getUint32(4));
}

function mixText(hash: number, text: string): number {
  let mixed = mix(hash, 2);
  for (let index = 0; index < text.length; index++) mixed = mix(mixed, text.charCodeAt(index));
  return mixed;
}

/** FNV-1a, a whole number at a time. */
function mix(hash: number, value: number): number {
  return Math.imul(hash ^ value, 0x01000193);
}

/** The last step of MurmurHash3: every bit of the input counts in every bit of the result. */
function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
