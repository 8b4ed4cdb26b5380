import type { AlertingRule, PrometheusClient, Sample } from '../alerts/prometheus.js';
import { formatAlertLimit, formatAlertValue } from './alert-units.js';
import { isInScope, outOfScope, wholeScope, type JudgedScope } from './judged-scope.js';
import { evaluateLimit } from './limits.js';

/** A value that a rule judges, against its limit; undefined: nobody can say now. */
export interface JudgedValue {
  /** what the value is of, where a rule judges several */
  readonly of: string;
  readonly value: number | undefined;
  /** two are the ends of a band */
  readonly limits: readonly (number | undefined)[];
}

/** One row of a runbook, as its rule stands. */
export interface RunbookCheck {
  readonly alertname: string;
  readonly severity: string;
  /** plan that it starts; empty: it only tells people */
  readonly rollback: string;
  /**
   * unknown: the rule cannot be evaluated, or has nothing to judge and would roll back if it had.
   * not judged: it is not its time, its input is left out, or it only tells people and has nothing to judge now
   */
  readonly state: 'ok' | 'pending' | 'firing' | 'unknown' | 'not judged';
  /** why it is not judged; else empty */
  readonly note: string;
  readonly values: readonly JudgedValue[];
}

/**
 * Each rule of a runbook with its state, and the values it judges against their limits.
 * @param scope what of the runbook is judged now
 * @throws PrometheusError
 */
export async function readRunbookChecks(
  prometheus: PrometheusClient,
  rules: readonly AlertingRule[],
  runbook: string,
  scope: JudgedScope = wholeScope,
): Promise<RunbookCheck[]> {
  const own = rules.filter(({ labels }) => labels.runbook === runbook);
  return Promise.all(
    own.map(async (rule) => {
      const values = await judgedValues(prometheus, rule, scope);
      const { severity = '', rollback = '' } = rule.labels;
      return {
        alertname: rule.name,
        severity,
        rollback,
        ...stateOf(rule, values, scope),
        values,
      };
    }),
  );
}

/** The values of a check as text: `38.0% (limit 70%)`; empty where there is none (its alert is about something else now). */
export function describeValues({ alertname, values }: RunbookCheck): string {
  return values
    .filter(({ value }) => value !== undefined)
    .map(({ of, value, limits }) => {
      const text = formatAlertValue(alertname, value, limits[0]);
      const bounds = limits.map((limit) => formatAlertLimit(alertname, limit)).join(' and ');
      return `${of === '' ? '' : `${of} `}${text} (limit${limits.length > 1 ? 's' : ''} ${bounds})`;
    })
    .join(', ');
}

/**
 * A rule whose inputs are gone (exporter dead, no window) is as quiet as one that finds nothing wrong. Rows that roll back
 * judge something at all times; the others may have nothing to judge in their normal state, as after no rollback.
 */
function stateOf(
  { health, state, labels, query }: AlertingRule,
  values: readonly JudgedValue[],
  scope: JudgedScope,
): Pick<RunbookCheck, 'state' | 'note'> {
  if (health !== 'ok') return { state: 'unknown', note: '' };
  if (state !== 'inactive') return { state, note: '' };
  const note = outOfScope(query, scope);
  if (note !== undefined) return { state: 'not judged', note };
  const unknown = values.filter(({ value }) => value === undefined).length;
  const rollsBack = (labels.rollback ?? '') !== '';
  if (rollsBack && unknown > 0) return { state: 'unknown', note: '' };
  const hasNothing = values.length > 0 && unknown === values.length;
  return hasNothing ? { state: 'not judged', note: 'nothing to judge now' } : { state: 'ok', note: '' };
}

async function judgedValues(
  prometheus: PrometheusClient,
  rule: AlertingRule,
  scope: JudgedScope,
): Promise<JudgedValue[]> {
  const { query, limit, query_2: query2, limit_2: limit2 } = rule.annotations;
  if (query === undefined) return [];
  if (query2 === query) return judge(prometheus, query, [limit, limit2], scope);
  const first = await judge(prometheus, query, [limit], scope);
  return query2 === undefined ? first : [...first, ...(await judge(prometheus, query2, [limit2], scope))];
}

/** What tells the values of one rule apart: all of them are of one deployment. */
function ownLabels(labels: Sample['labels']): string {
  return Object.entries(labels)
    .filter(([name]) => name !== 'deployment')
    .map(([, text]) => text)
    .join(' ');
}

async function judge(
  prometheus: PrometheusClient,
  query: string,
  limitTexts: readonly (string | undefined)[],
  scope: JudgedScope,
): Promise<JudgedValue[]> {
  const [all, ...limits] = await Promise.all([
    prometheus.query(query),
    ...limitTexts.map((text) => evaluateLimit(prometheus, text)),
  ]);
  const samples = all.filter(({ labels }) => isInScope(labels, scope));
  if (samples.length === 0) return [{ of: '', value: undefined, limits }];
  return samples.map(({ labels, value }) => ({
    of: samples.length === 1 ? '' : ownLabels(labels),
    value,
    limits,
  }));
}
