import { unknownText } from './numbers.js';

const amounts = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** An amount as `$1,234.56` or `-$89.20`; `unknown` where there is none. */
export function formatMoney(amount: number | undefined): string {
  if (amount === undefined) return unknownText;
  const text = `$${amounts.format(Math.abs(amount))}`;
  // Half a cent of loss reads as no loss.
  return amount < 0 && text !== '$0.00' ? `-${text}` : text;
}
