/**
 * Rounds to 1e-9, so that a statistic that is exactly on a boundary in decimal (a share of 0.7, a deviation of 0.05)
 * is exported as exactly that number and not as its neighbour.
 */
export function round9(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}
