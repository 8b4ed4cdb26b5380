import type { AlertingRule, PrometheusClient } from '../alerts/prometheus.js';
import { recordedMetric } from '../names.js';
import { formatAlertLimit, formatAlertValue } from './alert-units.js';
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
   * not judged: it only tells people, and has nothing to judge now
   */
  readonly state: 'ok' | 'pending' | 'firing' | 'unknown' | 'not judged';
  /** phases of a calibration in which it judges; empty: in all */
  readonly phases: readonly string[];
  readonly values: readonly JudgedValue[];
}

/** Each rule of a runbook with its state, and the values it judges against their limits. @throws PrometheusError */
export async function readRunbookChecks(
  prometheus: PrometheusClient,
  rules: readonly AlertingRule[],
  runbook: string,
): Promise<RunbookCheck[]> {
  const own = rules.filter(({ labels }) => labels.runbook === runbook);
  return Promise.all(
    own.map(async (rule) => {
      const values = await judgedValues(prometheus, rule);
      const { severity = '', rollback = '' } = rule.labels;
      return {
        alertname: rule.name,
        severity,
        rollback,
        state: stateOf(rule, values),
        phases: phasesOf(rule),
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
  { health, state, labels }: AlertingRule,
  values: readonly JudgedValue[],
): RunbookCheck['state'] {
  if (health !== 'ok') return 'unknown';
  if (state !== 'inactive') return state;
  const rollsBack = (labels.rollback ?? '') !== '';
  if (rollsBack) return values.some(({ value }) => value === undefined) ? 'unknown' : 'ok';
  return values.length > 0 && values.every(({ value }) => value === undefined) ? 'not judged' : 'ok';
}

const phaseMatcher = new RegExp(`${recordedMetric.calibrationPhase}\\{[^}]*\\bphase=~?"([^"]*)"`, 'g');

/** The phases that a rule's own expression asks for. */
function phasesOf({ query }: AlertingRule): string[] {
  const named = [...query.matchAll(phaseMatcher)].flatMap(([, phases = '']) => phases.split('|'));
  return [...new Set(named)].sort();
}

async function judgedValues(prometheus: PrometheusClient, rule: AlertingRule): Promise<JudgedValue[]> {
  const { query, limit, query_2: query2, limit_2: limit2 } = rule.annotations;
  if (query === undefined) return [];
  if (query2 === query) return judge(prometheus, query, [limit, limit2]);
  const first = await judge(prometheus, query, [limit]);
  return query2 === undefined ? first : [...first, ...(await judge(prometheus, query2, [limit2]))];
}

async function judge(
  prometheus: PrometheusClient,
  query: string,
  limitTexts: readonly (string | undefined)[],
): Promise<JudgedValue[]> {
  const [samples, ...limits] = await Promise.all([
    prometheus.query(query),
    ...limitTexts.map((text) => evaluateLimit(prometheus, text)),
  ]);
  if (samples.length === 0) return [{ of: '', value: undefined, limits }];
  return samples.map(({ labels, value }) => ({
    of: samples.length === 1 ? '' : Object.values(labels).join(' '),
    value,
    limits,
  }));
}
