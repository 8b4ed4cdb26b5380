import { round9 } from './round.js';

/** What a set of samples has to say; every value rounded to 1e-9. */
export interface SampleStatistics {
  readonly mean: number;
  /** population standard deviation */
  readonly stddev: number;
  readonly p10: number;
  readonly p90: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Samples kept in order, so that adding, removing and percentiles need no sorting: a window that moves by five events
 * costs five shifts.
 */
export class SortedSamples {
  #values = new Float64Array(64);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(value: number): void {
    if (this.#size === this.#values.length) this.#grow();
    const at = this.#lowerBound(value);
    this.#values.copyWithin(at + 1, at, this.#size);
    this.#values[at] = value;
    this.#size += 1;
  }

  /** Takes out one sample of this value; nothing where there is none. */
  remove(value: number): void {
    const at = this.#lowerBound(value);
    if (at >= this.#size || this.#at(at) !== value) return;
    this.#values.copyWithin(at, at + 1, this.#size);
    this.#size -= 1;
  }

  /** @returns undefined where there are no samples */
  statistics(): SampleStatistics | undefined {
    if (this.#size === 0) return undefined;
    let sum = 0;
    for (let index = 0; index < this.#size; index += 1) sum += this.#at(index);
    const mean = sum / this.#size;
    // A second pass, since the one-pass formula cancels where samples are nearly equal: just there it matters.
    let squares = 0;
    for (let index = 0; index < this.#size; index += 1) squares += (this.#at(index) - mean) ** 2;
    return {
      mean: round9(mean),
      stddev: round9(Math.sqrt(squares / this.#size)),
      p10: round9(this.#percentile(0.1)),
      p90: round9(this.#percentile(0.9)),
      min: round9(this.#at(0)),
      max: round9(this.#at(this.#size - 1)),
    };
  }

  /** Linear interpolation between closest ranks, as NumPy's default. */
  #percentile(share: number): number {
    const rank = share * (this.#size - 1);
    const below = Math.floor(rank);
    const low = this.#at(below);
    const high = this.#at(Math.min(below + 1, this.#size - 1));
    return low + (high - low) * (rank - below);
  }

  #at(index: number): number {
    return this.#values[index] ?? Number.NaN;
  }

  /** First position whose sample is not below the value. */
  #lowerBound(value: number): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#at(middle) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #grow(): void {
    const grown = new Float64Array(this.#values.length * 2);
    grown.set(this.#values);
    this.#values = grown;
  }
}
