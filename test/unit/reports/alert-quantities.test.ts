import { describe, expect, it } from 'vitest';
import { alertQuantities, alertQuantity } from '../../../src/reports/alert-quantities.js';
import { runbookOfKind } from '../../../src/reports/deploy-status.js';
import { alertRules } from '../../support/rule-files.js';

/** So that it fits into one line beside its value. */
const longest = 45;

/** Rules that the status page shows as checks. */
const shown = alertRules.filter(({ labels }) =>
  Object.values(runbookOfKind).some((runbook) => runbook === labels.runbook),
);
const quantities = shown.flatMap(({ alert, annotations: { query, query_2: second } }) => [
  { key: alert, query, phrase: alertQuantity(alert) },
  ...(second === undefined || second === query
    ? []
    : [{ key: `${alert} query_2`, query: second, phrase: alertQuantity(alert, 'query_2') }]),
]);

describe('what a check measures is said in a few words', () => {
  it('for each value of each check that the status page shows, and for nothing else', () => {
    expect(Object.keys(alertQuantities).sort()).toEqual(
      [...new Set(quantities.map(({ key }) => key))].sort(),
    );
  });

  it('as a short phrase', () => {
    const isShort = (phrase: string): boolean => /^[a-z].*[^.]$/.test(phrase) && phrase.length <= longest;
    expect(Object.entries(alertQuantities).filter(([, phrase]) => !isShort(phrase))).toEqual([]);
  });

  it('in the same words where the same is measured', () => {
    const words = new Map<string, Set<string | undefined>>();
    for (const { query, phrase } of quantities)
      if (query !== undefined) words.set(query, (words.get(query) ?? new Set()).add(phrase));
    expect([...words].filter(([, phrases]) => phrases.size > 1)).toEqual([]);
  });

  it('differently for the two values of one check', () => {
    for (const { key, phrase } of quantities.filter(({ key }) => key.endsWith(' query_2')))
      expect(phrase, key).not.toBe(alertQuantity(key.replace(' query_2', '')));
  });

  it('not for an alert that is not of the rules', () => {
    expect(alertQuantity('SomebodyElses')).toBeUndefined();
  });
});
