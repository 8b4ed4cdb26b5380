/** What is traded. */
export const symbols = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT'] as const;
export type TradedSymbol = (typeof symbols)[number];

/** Lengths of the candles, seconds. */
export const intervalSeconds = {
  '1m': 60,
  '5m': 300,
  '15m': 900,
  '1h': 3600,
  '4h': 14_400,
  '1d': 86_400,
} as const;
export type Interval = keyof typeof intervalSeconds;
export const intervals: readonly Interval[] = ['1m', '5m', '15m', '1h', '4h', '1d'];

/** Intervals that have a model of their own, each for every symbol. */
export const modelledIntervals = ['5m', '15m', '1h'] as const;

/** Each symbol with each interval that has a model. */
export const modelledPairs = symbols.flatMap((symbol) =>
  modelledIntervals.map((interval) => ({ symbol, interval })),
);

/** USD, about which the price of a symbol goes up and down. */
const meanPrice: Readonly<Record<TradedSymbol, number>> = {
  'BTC/USDT': 97_000,
  'ETH/USDT': 3600,
  'SOL/USDT': 215,
};

/**
 * A smooth price.
 * @param at Unix seconds
 * @returns USD
 */
export function priceAt(symbol: TradedSymbol, at: number): number {
  const phase = symbols.indexOf(symbol);
  const slow = 0.03 * Math.sin((2 * Math.PI * at) / 950_400 + phase);
  const fast = 0.006 * Math.sin((2 * Math.PI * at) / 28_800 + 2 * phase);
  return meanPrice[symbol] * (1 + slow + fast);
}
