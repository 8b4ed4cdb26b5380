import type { AlertingRule } from '../../alerts/prometheus.js';
import { receiverMetric, recordedMetric } from '../../names.js';
import { severityRank } from '../playbook/fired-alerts.js';
import type { ObservationForm, Question } from './form.js';

type FormRule = Pick<AlertingRule, 'name' | 'labels' | 'annotations' | 'query'>;

/**
 * The questions of a runbook whose report has no form of its own: one for each of its alerts.
 * @param rules all that Prometheus knows
 */
export function runbookForm(
  rules: readonly FormRule[],
  runbook: string,
  { model, isRolledBack }: { readonly model: string; readonly isRolledBack: boolean },
): ObservationForm {
  const questionsOf = (some: readonly FormRule[]): Question[] => onePerName(some, model);
  const own = rules
    .filter(({ labels, query }) => labels.runbook === runbook && isAsked(query, isRolledBack))
    .sort((a, b) => severityRank(severityOf(a)) - severityRank(severityOf(b)));
  const critical = own.filter((rule) => severityOf(rule) === 'critical');
  const others = own.filter((rule) => severityOf(rule) === 'warning');
  return {
    checklists: [
      { title: 'Critical', questions: questionsOf(critical) },
      { title: 'Secondary', questions: questionsOf(others) },
    ],
    success: questionsOf([...critical, ...others].filter((rule) => !rollsBack(rule))),
    failure: questionsOf(own.filter(rollsBack)),
  };
}

/** The pass itself is the conclusion, and what a rollback left is judged after one. */
function isAsked(query: string, isRolledBack: boolean): boolean {
  if (query.includes(receiverMetric.deploymentCompleted)) return false;
  const ofRollback = [receiverMetric.rollbackEnded, recordedMetric.calibrationRolledBack];
  return isRolledBack || !ofRollback.some((name) => query.includes(name));
}

/** Of a name there may be a rule for each severity. */
function onePerName(rules: readonly FormRule[], model: string): Question[] {
  const first = new Map(rules.toReversed().map((rule) => [rule.name, rule]));
  return [...first.values()].reverse().map((rule) => ({
    text: titleOf(rule, model),
    alerts: [rule.name],
    relation: 'silent; limit',
    target: 'silent',
    inputs: [],
  }));
}

/** With its summary, where that can be said without an alert that fires. */
function titleOf({ name, annotations: { summary } }: FormRule, model: string): string {
  const filledIn = summary?.replaceAll(/\{\{\s*\$labels\.model\s*\}\}/g, () => model);
  return filledIn === undefined || filledIn.includes('{{') ? name : `${name} (${filledIn})`;
}

function severityOf({ labels }: FormRule): string {
  return labels.severity ?? '';
}

function rollsBack({ labels }: FormRule): boolean {
  return (labels.rollback ?? '') !== '';
}
