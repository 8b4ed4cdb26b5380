import type { AlertingRule, PrometheusClient } from '../../alerts/prometheus.js';
import { recordedMetric, type GoLiveInput } from '../../names.js';
import type { CheckLine } from '../../reports/check-lines.js';

/** What exists only once the deployment is declared: a value that asks for it cannot be asked for before. */
const ofDeployment = /redline[:_](?:deployment|observ|expected_input|telemetry|go_live)/;

/**
 * Names each criterion that could not be judged now: a rule whose value nobody knows, an input that is not read.
 * @param rules those of the runbook
 * @param inputs what is judged here
 * @param known alerts of which something is said already
 * @throws PrometheusError
 */
export async function unjudgedLines(
  prometheus: PrometheusClient,
  rules: readonly AlertingRule[],
  inputs: readonly GoLiveInput[],
  known: readonly string[],
): Promise<CheckLine[]> {
  const askable = rules.filter(
    ({ name, annotations }) => isAskable(annotations.query) && !known.includes(name),
  );
  const unjudged = await Promise.all(
    askable.map(async ({ name, annotations }) => {
      const values = await prometheus.query(annotations.query ?? '');
      return values.every(({ value }) => Number.isNaN(value)) ? [name] : [];
    }),
  );
  return [
    ...[...new Set(unjudged.flat())].map(criterionLine),
    inputLine(inputs, await prometheus.query(recordedMetric.inputFresh)),
  ];
}

function isAskable(query: string | undefined): boolean {
  return query !== undefined && !ofDeployment.test(query);
}

function criterionLine(name: string): CheckLine {
  return {
    what: name,
    level: 'warn',
    detail: 'could not be judged now: there is no value of what it looks at',
    todo: `See docs/alerts/${name}.md for what it needs.`,
  };
}

function inputLine(
  inputs: readonly GoLiveInput[],
  fresh: readonly { readonly labels: Readonly<Record<string, string>> }[],
): CheckLine {
  const what = 'inputs';
  const read = new Set(fresh.map(({ labels }) => labels.input));
  const missing = inputs.filter((input) => !read.has(input));
  if (missing.length === 0)
    return {
      what,
      level: 'ok',
      detail: `all ${inputs.length} that are judged are read: ${inputs.join(', ')}`,
    };
  return {
    what,
    level: 'warn',
    detail: `not read now: ${missing.join(', ')}`,
    todo: 'An observation without them is never passed. See redline_collector_errors_total, or take what the trading system does not have out of deployments.go_live.inputs.',
  };
}
