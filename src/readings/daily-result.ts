const factors = { percent: 0.01, ratio: 1, usd: 1 } as const;

/**
 * What a backend's result of the day is multiplied by to be a gain above 0 and a loss below: a share of the portfolio,
 * or an amount where the unit is `usd`.
 * @param positive what a value above 0 is
 */
export function factorOf(unit: keyof typeof factors, positive: 'gain' | 'loss'): number {
  return positive === 'gain' ? factors[unit] : -factors[unit];
}
