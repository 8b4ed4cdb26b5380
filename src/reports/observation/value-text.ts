import { formatAlertLimit, formatAlertValue } from '../alert-units.js';
import type { JudgedValues, ValueAt } from './judged-values.js';

/** Values of one rule that are told; the others are counted. */
const told = 3;

/** Values that a rule judged at a time: `-0.3%`, `binance 0, kraken 1`; empty where there was none. */
export function valuesText(alertname: string, values: readonly ValueAt[]): string {
  const texts = values
    .slice(0, told)
    .map(({ of, value, limits }) => `${of} ${formatAlertValue(alertname, value, limits[0])}`.trim());
  const more = values.length - told;
  return [...texts, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

/** The limits of a rule as text; empty where it states none. */
export function limitText({ alertname, last, looks }: JudgedValues): string {
  const known = [last, ...looks].flat().find(({ limits }) => limits.some((limit) => limit !== undefined));
  return (known?.limits ?? []).map((limit) => formatAlertLimit(alertname, limit)).join(' to ');
}

/** What a rule judged over the whole observation: `0.0% to -0.3%, last -0.1%`; empty where there never was a value. */
export function rangeText({ alertname, lowest, highest, last }: JudgedValues): string {
  if (lowest === undefined || highest === undefined) return '';
  const limit = last[0]?.limits[0];
  const [low = '', high = ''] = [lowest, highest].map((value) => formatAlertValue(alertname, value, limit));
  const now = valuesText(alertname, last);
  const range = low === high ? low : `${low} to ${high}`;
  return now === '' || now === range ? range : `${range}, last ${now}`;
}
