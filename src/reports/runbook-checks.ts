import type { AlertingRule, PrometheusClient, Sample } from '../alerts/prometheus.js';
import { formatAlertLimit, formatAlertValue, isBeyond } from './alert-units.js';
import { checkState, type CheckState, type JudgedQuery, type JudgedValue } from './check-state.js';
import { isInScope, wholeScope, type JudgedScope } from './judged-scope.js';
import { evaluateLimits } from './limits.js';

/** One row of a runbook, as its rule stands. */
export interface RunbookCheck extends CheckState {
  readonly alertname: string;
  readonly severity: string;
  /** plan that it starts; empty: it only tells people */
  readonly rollback: string;
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
        ...checkState(rule, values, scope),
        values,
      };
    }),
  );
}

function afterRollback(value: string, limit: string): string {
  return `${value} after the rollback (limit ${limit})`;
}

/** Values of one row that are told; of more, the one that matters most. */
const mostTold = 3;

/** Values that say little without words of their own. */
const wording: Readonly<Record<string, (value: string, limit: string) => string>> = {
  'EngineErrorsLogged query': (value, limit) => `newest error line ${value} ago (at least ${limit})`,
  'RollbackLeftCalibrationLoaded query': afterRollback,
  'RollbackLeftServiceDown query': afterRollback,
  'QscOverrideStillPresent query': afterRollback,
  'CalibrationAccepted query_2': (value, limit) =>
    `no warning for ${value} of the time asked for (limit ${limit})`,
};

/** The values of a check as text: `38.0% (limit 70%)`; empty where there is none (its alert is about something else now). */
export function describeValues(check: RunbookCheck): string {
  const { told, rest } = toldValues(check);
  const texts = told.map((value) => describeValue(check.alertname, value));
  return [...texts, ...(rest === 0 ? [] : [`and ${rest} more like it`])].join(', ');
}

/** The known values of a check that are told: of many the one that matters most, and how many more there are. */
export function toldValues({ alertname, state, values }: RunbookCheck): {
  readonly told: readonly JudgedValue[];
  readonly rest: number;
} {
  // The time since a rollback is beyond its limit in all that is well.
  if (state === 'ok' && wording[`${alertname} query`] === afterRollback) return { told: [], rest: 0 };
  const known = values.filter(({ value }) => value !== undefined);
  const told = known.length > mostTold ? byConcern(alertname, known).slice(0, 1) : known;
  return { told, rest: known.length - told.length };
}

/** A value with its limit in words of its own; undefined where number and limit say enough. */
export function wordedValue(alertname: string, judged: JudgedValue): string | undefined {
  const { query, value, limits } = judged;
  const bounds = limits.map((limit) => formatAlertLimit(alertname, limit, query)).join(' and ');
  return wording[`${alertname} ${query}`]?.(formatAlertValue(alertname, value, limits[0], query), bounds);
}

function describeValue(alertname: string, judged: JudgedValue): string {
  const worded = wordedValue(alertname, judged);
  if (worded !== undefined) return worded;
  const { of, query, value, limits } = judged;
  const text = formatAlertValue(alertname, value, limits[0], query);
  const bounds = limits.map((limit) => formatAlertLimit(alertname, limit, query)).join(' and ');
  return `${of === '' ? '' : `${of} `}${text} (limit${limits.length > 1 ? 's' : ''} ${bounds})`;
}

/** Those beyond their limit first, then those that are nearest to it. */
function byConcern(alertname: string, values: readonly JudgedValue[]): JudgedValue[] {
  const distance = ({ value = 0, limits }: JudgedValue): number =>
    Math.min(
      ...limits.map((limit) => Math.abs(value - (limit ?? Infinity)) / Math.max(Math.abs(limit ?? 1), 1e-9)),
    );
  return [...values].sort(
    (a, b) => Number(isBeyond(alertname, b)) - Number(isBeyond(alertname, a)) || distance(a) - distance(b),
  );
}

async function judgedValues(
  prometheus: PrometheusClient,
  rule: AlertingRule,
  scope: JudgedScope,
): Promise<JudgedValue[]> {
  const { query, limit, query_2: query2, limit_2: limit2 } = rule.annotations;
  if (query === undefined) return [];
  if (query2 === query) return judge(prometheus, rule, 'query', [limit, limit2], scope);
  const first = await judge(prometheus, rule, 'query', [limit], scope);
  return query2 === undefined
    ? first
    : [...first, ...(await judge(prometheus, rule, 'query_2', [limit2], scope))];
}

/** What tells the values of one rule apart: all of them are of one deployment. */
function ownLabels(labels: Sample['labels']): string {
  return Object.entries(labels)
    .filter(([name]) => name !== 'deployment' && name !== '__name__')
    .map(([, text]) => text)
    .join(' ');
}

async function judge(
  prometheus: PrometheusClient,
  { annotations }: AlertingRule,
  query: JudgedQuery,
  limitTexts: readonly (string | undefined)[],
  scope: JudgedScope,
): Promise<JudgedValue[]> {
  const [all, ...limits] = await Promise.all([
    prometheus.query(annotations[query] ?? ''),
    ...limitTexts.map((text) => evaluateLimits(prometheus, text)),
  ]);
  const samples = all.filter(({ labels }) => isInScope(labels, scope));
  if (samples.length === 0)
    return [{ of: '', query, value: undefined, limits: limits.map((limit) => limit({})) }];
  return samples.map(({ labels, value }) => ({
    of: samples.length === 1 ? '' : ownLabels(labels),
    query,
    value,
    limits: limits.map((limit) => limit(labels)),
  }));
}
