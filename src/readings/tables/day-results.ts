import { round9 } from '../round.js';

const daySeconds = 86_400;
/** Days that are told, today included. */
const toldDays = 31;

/** What was realised on one UTC day. */
export interface DayResult {
  /** such as 2026-11-29 */
  readonly date: string;
  readonly pnl: number;
  readonly trades: number;
}

/** Results by UTC day, by the time at which trades were closed. */
export class DayResults {
  readonly #days = new Map<number, { pnl: number; trades: number }>();

  clear(): void {
    this.#days.clear();
  }

  /**
   * @param time Unix seconds
   * @param pnl NaN where the trade states none
   * @param trades 1 for one more, -1 for one that is taken out again
   */
  add(time: number, pnl: number, trades: 1 | -1): void {
    const number = Math.floor(time / daySeconds);
    const day = this.#days.get(number) ?? { pnl: 0, trades: 0 };
    if (!Number.isNaN(pnl)) day.pnl += trades * pnl;
    day.trades += trades;
    if (day.trades > 0) this.#days.set(number, day);
    else this.#days.delete(number);
  }

  /**
   * The days with closed trades, from the oldest to the newest; older than 30 days are forgotten.
   * @param now Unix seconds
   */
  read(now: number): DayResult[] {
    const today = Math.floor(now / daySeconds);
    for (const number of this.#days.keys()) if (number <= today - toldDays) this.#days.delete(number);
    return [...this.#days]
      .filter(([number]) => number <= today)
      .sort(([a], [b]) => a - b)
      .map(([number, { pnl, trades }]) => ({ date: dateOf(number * daySeconds), pnl: round9(pnl), trades }));
  }
}

/** The UTC day of a time, such as 2026-11-29. */
export function dateOf(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().slice(0, 10);
}

/**
 * How many of the newest complete days, one after the other, had a result below 0. Days without closed trades do not count.
 * @param days from the oldest to the newest
 * @param today the day that is not complete
 */
export function consecutiveRedDays(days: readonly DayResult[], today: string): number {
  const complete = days.filter(({ date }) => date !== today);
  const lastGood = complete.findLastIndex(({ pnl }) => pnl >= 0);
  return complete.length - 1 - lastGood;
}
