import type { AlertSummary } from '../deployments/rollback.js';
import { codeBlock, codeSpan, plainText } from './markdown.js';
import { labelText } from './series.js';

/** What is known of the alert behind an incident. */
export interface IncidentAlert extends AlertSummary {
  readonly alertname: string;
  /** its own words, with value and limit */
  readonly description: string;
  /** the rule's expression, null where unknown */
  readonly expression: string | null;
}

/** Questions and limits that a rule states: the second pair for a band or a compound. */
const judged = [
  ['query', 'Value judged'],
  ['limit', 'Limit'],
  ['query_2', 'Second value judged'],
  ['limit_2', 'Second limit'],
] as const;

/** The alert with value and limit, as whole lines of Markdown. */
export function alertLines({
  alertname,
  description,
  expression,
  labels,
  annotations,
}: IncidentAlert): string[] {
  const { summary, runbook_url: page } = annotations;
  return [
    `- **Alert:** ${codeSpan(alertname)}`,
    ...(summary === undefined ? [] : [`- **Summary:** ${plainText(summary)}`]),
    `- **Value and limit:** ${plainText(description)}`,
    ...(Object.keys(labels).length === 0 ? [] : [`- **Labels:** ${codeSpan(labelText(labels))}`]),
    ...(page === undefined ? [] : [`- **What it means:** ${codeSpan(page)}`]),
    ...judged.flatMap(([name, what]) => questionLines(what, annotations[name])),
    ...questionLines('Expression of the rule', expression ?? undefined),
  ];
}

function questionLines(what: string, text: string | undefined): string[] {
  return text === undefined || text.trim() === ''
    ? []
    : ['', `${what}:`, '', ...codeBlock(text.trim(), 'promql')];
}

/** Severity and priority as the alert carries them. */
export function severityOf(labels: Readonly<Record<string, string>>): string {
  const { severity, priority } = labels;
  const known = [priority, severity].filter((text) => text !== undefined && text !== '');
  return known.length === 0 ? 'not stated by its alert' : plainText(known.join(', '));
}
