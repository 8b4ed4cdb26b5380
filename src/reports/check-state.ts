import type { AlertingRule } from '../alerts/prometheus.js';
import { exporterMetric, receiverMetric, recordedMetric } from '../names.js';
import { isBeyond } from './alert-units.js';
import { hasInputs, isInScope, outOfScope, type JudgedScope } from './judged-scope.js';

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
   * unknown: the rule cannot be evaluated, or a value, its limit or the input that it needs is not known.
   * not judged: it is not its time, its input is left out, or it has nothing to judge, as after no rollback
   */
  readonly state: 'ok' | 'pending' | 'firing' | 'unknown' | 'not judged';
  /** why it is not judged; else empty */
  readonly note: string;
}

/** What is beyond its limit and does not fire: a restart by Redline, an engine that still settles, a line from before the rollback. */
export const notCounted = 'does not count now';

const ok: CheckState = { state: 'ok', note: '' };
const unknown: CheckState = { state: 'unknown', note: '' };

/** What of a rule tells how it stands. */
export type StatedRule = Pick<AlertingRule, 'name' | 'health' | 'alerts' | 'query'>;

/**
 * How a rule stands for what is looked at. One whose inputs are gone (exporter dead, no window) is as quiet as one that
 * finds nothing wrong, and an alert of another deployment says nothing of this one.
 */
export function checkState(rule: StatedRule, values: readonly JudgedValue[], scope: JudgedScope): CheckState {
  if (rule.health !== 'ok') return unknown;
  const active = rule.alerts.filter(({ labels }) => isInScope(labels, scope)).map(({ state }) => state);
  if (active.includes('firing')) return { state: 'firing', note: '' };
  if (active.includes('pending')) return { state: 'pending', note: '' };
  const note = outOfScope(rule.query, scope);
  return note === undefined ? quietState(rule, values, scope) : { state: 'not judged', note };
}

/** A rule that does not fire: because all is well, because it has nothing to judge, or because nobody can say. */
function quietState(
  { name, query }: StatedRule,
  values: readonly JudgedValue[],
  scope: JudgedScope,
): CheckState {
  const isKnown = values.every(({ value, limits }) => value !== undefined && !limits.includes(undefined));
  const beyond = values.some((value) => isBeyond(name, value));
  // Its value is the time since the rollback, and its limit the time from which it judges.
  if (isOfRollback(query))
    return isKnown && beyond ? ok : { state: 'not judged', note: 'nothing to judge now' };
  if (beyond) return { state: 'not judged', note: notCounted };
  const isInputEnough = values.length === 0 || isOfLines(query);
  return (isKnown && values.length > 0) || (isInputEnough && hasInputs(query, scope)) ? ok : unknown;
}

/** What a rollback left is judged after one. */
function isOfRollback(query: string): boolean {
  return [receiverMetric.rollbackEnded, recordedMetric.calibrationRolledBack].some((name) =>
    query.includes(name),
  );
}

/** No line of a kind in a journal or a log that is followed is no value, and well. */
function isOfLines(query: string): boolean {
  return [exporterMetric.journalLastMatch, recordedMetric.logEvent].some((name) => query.includes(name));
}
