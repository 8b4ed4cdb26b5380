import { stringify } from 'yaml';
import type { Rule } from './rule-files.js';

/** What mutants change about a rule. */
export type Change = Pick<Rule, 'expr' | 'for'>;

/** The text of a rule file with these rules, in their groups and their order; one of them may be changed. */
export function rulesText(kept: readonly Rule[], rule?: Rule, change?: Change): string {
  const groups = [...new Set(kept.map(({ group }) => group))].map((name) => ({
    name,
    rules: kept
      .filter(({ group }) => group === name)
      .map((found) => written(found === rule ? { ...found, ...change } : found)),
  }));
  return stringify({ groups }, { aliasDuplicateObjects: false });
}

function written({ alert, record, expr, for: hold, labels, annotations }: Rule): object {
  return { alert, record, expr, for: hold, labels, ...(alert === undefined ? {} : { annotations }) };
}
