/**
 * How often something happened in the last seconds, exactly to the second, in memory that does not grow. Seconds are
 * whole, positive, and of a clock that only goes forward.
 */
export class SecondCounts {
  readonly #size: number;
  /** by second modulo the size; made at the first event */
  #counts: Uint32Array | undefined;
  #newest = 0;
  #total = 0;

  /** @param size seconds that are remembered */
  constructor(size: number) {
    this.#size = size;
  }

  /** Counts events of a second; one that is over is not remembered any more. */
  add(second: number, events = 1): void {
    this.#counts ??= new Uint32Array(this.#size);
    this.#forgetUntil(second);
    if (second <= this.#newest - this.#size) return;
    const slot = this.#slot(second);
    this.#counts[slot] = (this.#counts[slot] ?? 0) + events;
    this.#total += events;
  }

  /** Events of the last seconds, this one included. */
  totalAt(second: number): number {
    this.#forgetUntil(second);
    return this.#total;
  }

  /** What is remembered, as text that `decode` reads. @param second the present one */
  encodeAt(second: number): string {
    this.#forgetUntil(second);
    const bytes: number[] = [];
    let gap = 0;
    // From the present into the past; each count behind the number of empty seconds before it.
    for (let age = 0, left = this.#total; left > 0; age++) {
      const events = this.#counts?.[this.#slot(this.#newest - age)] ?? 0;
      if (events === 0) gap += 1;
      else {
        pushVarint(bytes, gap);
        pushVarint(bytes, events);
        gap = 0;
        left -= events;
      }
    }
    return Buffer.from(bytes).toString('base64');
  }

  /**
   * @param text of `encodeAt`; of what is none, as much as can be read
   * @param second that which was the present one then, by the clock of now
   */
  static decode(text: string, size: number, second: number): SecondCounts {
    const counts = new SecondCounts(size);
    const numbers = readVarints(Buffer.from(text, 'base64'));
    let age = 0;
    for (let index = 0; index + 1 < numbers.length; index += 2) {
      age += numbers[index] ?? 0;
      if (age >= size) break;
      if (index === 0) counts.#forgetUntil(second);
      counts.add(second - age, numbers[index + 1]);
      age += 1;
    }
    return counts;
  }

  #slot(second: number): number {
    return second % this.#size;
  }

  #forgetUntil(second: number): void {
    if (this.#counts === undefined || this.#total === 0) {
      this.#newest = Math.max(this.#newest, second);
      return;
    }
    if (second - this.#newest >= this.#size) {
      this.#counts.fill(0);
      this.#total = 0;
      this.#newest = second;
      return;
    }
    while (this.#newest < second) {
      this.#newest += 1;
      const slot = this.#slot(this.#newest);
      this.#total -= this.#counts[slot] ?? 0;
      this.#counts[slot] = 0;
    }
  }
}

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

function readVarints(bytes: Buffer): number[] {
  const numbers: number[] = [];
  let value = 0;
  let unit = 1;
  for (const byte of bytes) {
    value += (byte % 128) * unit;
    unit *= 128;
    if (byte >= 128) continue;
    numbers.push(value);
    value = 0;
    unit = 1;
  }
  return numbers;
}
