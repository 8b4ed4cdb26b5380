import type { AlertingRule } from '../alerts/prometheus.js';
import { isInScope, outOfScope, type JudgedScope } from './judged-scope.js';

/** A rule's annotations that ask for what it judges; each may have a unit of its own. */
export type JudgedQuery = 'query' | 'query_2';

/** A value that a rule judges, against its limit; undefined: nobody can say now. */
export interface JudgedValue {
  /** what the value is of, where a rule judges several */
  readonly of: string;
  /** the annotation of the rule that asks for it */
  readonly query: JudgedQuery;
  readonly value: number | undefined;
  /** two are the ends of a band */
  readonly limits: readonly (number | undefined)[];
}

/** How a row of a runbook stands. */
export interface CheckState {
  /**
   * unknown: the rule cannot be evaluated, or has nothing to judge and would roll back if it had.
   * not judged: it is not its time, its input is left out, or it only tells people and has nothing to judge now
   */
  readonly state: 'ok' | 'pending' | 'firing' | 'unknown' | 'not judged';
  /** why it is not judged; else empty */
  readonly note: string;
}

/** What of a rule tells how it stands. */
export type StatedRule = Pick<AlertingRule, 'health' | 'alerts' | 'labels' | 'query'>;

/**
 * A rule whose inputs are gone (exporter dead, no window) is as quiet as one that finds nothing wrong. Rows that roll back
 * judge something at all times; the others may have nothing to judge in their normal state, as after no rollback.
 * An alert of another deployment says nothing of the one that is looked at.
 */
export function checkState(rule: StatedRule, values: readonly JudgedValue[], scope: JudgedScope): CheckState {
  if (rule.health !== 'ok') return { state: 'unknown', note: '' };
  const active = rule.alerts.filter(({ labels }) => isInScope(labels, scope)).map(({ state }) => state);
  if (active.includes('firing')) return { state: 'firing', note: '' };
  if (active.includes('pending')) return { state: 'pending', note: '' };
  const note = outOfScope(rule.query, scope);
  return note === undefined ? quietState(rule, values) : { state: 'not judged', note };
}

function quietState({ labels }: StatedRule, values: readonly JudgedValue[]): CheckState {
  const unknown = values.filter(({ value }) => value === undefined).length;
  const rollsBack = (labels.rollback ?? '') !== '';
  if (rollsBack && unknown > 0) return { state: 'unknown', note: '' };
  const hasNothing = values.length > 0 && unknown === values.length;
  return hasNothing ? { state: 'not judged', note: 'nothing to judge now' } : { state: 'ok', note: '' };
}
