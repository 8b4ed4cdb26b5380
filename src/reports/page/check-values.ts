import { alertQuantity } from '../alert-quantities.js';
import { allowedText, formatAlertValue } from '../alert-units.js';
import type { JudgedValue } from '../check-state.js';
import { unknownText } from '../numbers.js';
import { toldValues, wordedValue, type RunbookCheck } from '../runbook-checks.js';

/** A value of a check as it is shown. */
export interface ShownValue {
  /** with what it is of, where a rule judges several */
  readonly value: string;
  /** `at most 70%`; empty: said with the value, or the rule states none */
  readonly allowed: string;
}

/** What a check measures, with its values. */
export interface ShownQuantity {
  /** undefined: not known of this alert */
  readonly quantity: string | undefined;
  readonly values: readonly ShownValue[];
}

/** Each quantity that a check measures, the first one always, another one where it has a value. */
export function shownQuantities(check: RunbookCheck): ShownQuantity[] {
  const queries = new Set(['query' as const, ...check.values.map(({ query }) => query)]);
  return [...queries]
    .map((query) => ({
      quantity: alertQuantity(check.alertname, query),
      values: shownValues({ ...check, values: check.values.filter((value) => value.query === query) }),
    }))
    .filter(({ values }, index) => index === 0 || values.length > 0);
}

/** The values of a check, each with what is allowed; where the same is allowed of all, it is said once. */
export function shownValues(check: RunbookCheck): ShownValue[] {
  const { told, rest } = toldValues(check);
  const isUnknown = told.length === 0 && check.state === 'unknown';
  const shown = (isUnknown ? check.values : told).map((judged) => shownValue(check.alertname, judged));
  if (isUnknown && shown.length === 0) return [{ value: unknownText, allowed: '' }];
  const [first] = shown;
  const isSame = shown.every(({ allowed }) => allowed === first?.allowed);
  return [
    ...(isSame ? shown.map((one) => (one === first ? one : { ...one, allowed: '' })) : shown),
    ...(rest === 0 ? [] : [{ value: `and ${rest} more like it`, allowed: '' }]),
  ];
}

function shownValue(alertname: string, judged: JudgedValue): ShownValue {
  const worded = judged.value === undefined ? undefined : wordedValue(alertname, judged);
  if (worded !== undefined) return { value: worded, allowed: '' };
  const { of, query, value, limits } = judged;
  const text = formatAlertValue(alertname, value, limits[0], query);
  return { value: of === '' ? text : `${of} ${text}`, allowed: allowedText(alertname, judged) };
}
