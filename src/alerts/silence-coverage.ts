import type { Matcher, Silence } from './alertmanager.js';
import type { AlertingRule } from './prometheus.js';

/** What is needed of a rule: its name, its labels as they stand in the file, and its expression. */
export type SilencedRule = Pick<AlertingRule, 'name' | 'labels' | 'query'>;

/** A deployment under observation, as the labels of an alert name it. */
export interface ObservedLabels {
  readonly deployment: string;
  readonly model: string;
  readonly kind: string;
}

/** Whether an anchored expression matches a value; undefined where that cannot be told. */
export type MatchExpression = (expression: string, value: string) => boolean | undefined;

/**
 * Whether a silence would cover an alert of this rule. What cannot be told counts as covered: a silence that is not seen
 * is worse than one that is seen twice.
 * @param observed what is under observation; empty: any deployment may come
 */
export function covers(
  { matchers }: Pick<Silence, 'matchers'>,
  rule: SilencedRule,
  observed: readonly ObservedLabels[],
  matches: MatchExpression,
): boolean {
  if (observed.length === 0) return matchers.every((matcher) => mayMatch(matcher, rule, undefined, matches));
  return observed.some((labels) => matchers.every((matcher) => mayMatch(matcher, rule, labels, matches)));
}

function mayMatch(
  matcher: Matcher,
  rule: SilencedRule,
  observed: ObservedLabels | undefined,
  matches: MatchExpression,
): boolean {
  const value = knownValue(matcher.name, rule, observed);
  if (value === undefined) return true;
  if (!matcher.isRegex) return (value === matcher.value) === matcher.isEqual;
  const found = matches(matcher.value, value);
  return found === undefined || found === matcher.isEqual;
}

/**
 * The value that a label of the rule's alerts will have; empty: they have none.
 * @returns undefined where only the alert itself will say
 */
function knownValue(
  label: string,
  { name, labels, query }: SilencedRule,
  observed: ObservedLabels | undefined,
): string | undefined {
  if (label === 'alertname') return name;
  const fixed = labels[label];
  if (fixed !== undefined) return fixed.includes('{{') ? undefined : fixed;
  if (label === 'deployment' || label === 'model' || label === 'kind') return observed?.[label];
  // Alerts have what their expression speaks of, and what Prometheus adds to all of them.
  return isSpokenOf(label, query) ? undefined : '';
}

function isSpokenOf(label: string, query: string): boolean {
  return query.split(/\W+/).includes(label);
}
