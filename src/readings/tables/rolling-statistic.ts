/**
 * Count, sum, mean, deviation and extremes of values that come and go. Sums are compensated (Neumaier's variant of Kahan's
 * summation), so that millions of additions and removals leave no drift that anyone could see.
 */
export class RollingStatistic {
  #count = 0;
  readonly #sum = new CompensatedSum();
  readonly #squares = new CompensatedSum();
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #lacksExtremes = false;

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum.value;
  }

  get sumOfSquares(): number {
    return this.#squares.value;
  }

  /** An extreme has left: they are unknown until `beginExtremes`, and `noteExtreme` for each value that is left. */
  get lacksExtremes(): boolean {
    return this.#lacksExtremes;
  }

  get min(): number | undefined {
    return this.#count === 0 ? undefined : this.#min;
  }

  get max(): number | undefined {
    return this.#count === 0 ? undefined : this.#max;
  }

  add(value: number): void {
    this.#count += 1;
    this.#sum.add(value);
    this.#squares.add(value * value);
    if (!this.#lacksExtremes) this.noteExtreme(value);
  }

  /** @param value that was added before */
  remove(value: number): void {
    this.#count -= 1;
    if (this.#count === 0) {
      this.#clear();
      return;
    }
    this.#sum.add(-value);
    this.#squares.add(-value * value);
    if (value <= this.#min || value >= this.#max) this.#lacksExtremes = true;
  }

  beginExtremes(): void {
    this.#min = Number.POSITIVE_INFINITY;
    this.#max = Number.NEGATIVE_INFINITY;
    this.#lacksExtremes = false;
  }

  noteExtreme(value: number): void {
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  #clear(): void {
    this.#sum.clear();
    this.#squares.clear();
    this.beginExtremes();
  }
}

class CompensatedSum {
  #sum = 0;
  #lost = 0;

  get value(): number {
    return this.#sum + this.#lost;
  }

  add(value: number): void {
    const sum = this.#sum + value;
    this.#lost += Math.abs(this.#sum) >= Math.abs(value) ? this.#sum - sum + value : value - sum + this.#sum;
    this.#sum = sum;
  }

  clear(): void {
    this.#sum = 0;
    this.#lost = 0;
  }
}

/** What several statistics amount to together. */
export interface Summary {
  readonly count: number;
  readonly sum: number;
  /** undefined without values, as are the others below */
  readonly mean: number | undefined;
  /** of the population */
  readonly stddev: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

/** Puts statistics together, whose extremes are known. */
export function summarize(statistics: Iterable<RollingStatistic>): Summary {
  let count = 0;
  let sum = 0;
  let squares = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const statistic of statistics) {
    count += statistic.count;
    sum += statistic.sum;
    squares += statistic.sumOfSquares;
    min = Math.min(min, statistic.min ?? min);
    max = Math.max(max, statistic.max ?? max);
  }
  if (count === 0)
    return { count, sum: 0, mean: undefined, stddev: undefined, min: undefined, max: undefined };
  const mean = sum / count;
  return { count, sum, mean, stddev: Math.sqrt(Math.max(0, squares / count - mean * mean)), min, max };
}
