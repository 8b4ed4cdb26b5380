import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../src/platform/package-root.js';

export type Severity = 'critical' | 'warning' | 'info';

/** A value that an alert judges, and what it is judged against: a number, or an expression. */
export interface Judged {
  readonly query: string;
  readonly limit: string;
}

/** An alert as its rule states it. One name may have several, of different severities. */
export interface Alert {
  readonly name: string;
  readonly runbook: string;
  readonly severity: Severity;
  /** the plan that it starts; undefined: it only tells */
  readonly rollback: string | undefined;
  /** one sentence, from the catalogue */
  readonly meaning: string;
  /** what it judges; empty where it is a yes or no */
  readonly judged: readonly Judged[];
  readonly documentation: string;
}

const severity = z.enum(['critical', 'warning', 'info']);
const rule = z.object({
  alert: z.string().optional(),
  labels: z
    .object({
      runbook: z.string().optional(),
      severity: severity.optional(),
      rollback: z.string().optional(),
    })
    .default({}),
  annotations: z.record(z.string(), z.string()).default({}),
});
const ruleFile = z.object({ groups: z.array(z.object({ rules: z.array(rule) })) });
const catalogue = z.array(z.object({ alert: z.string(), severity, meaning: z.string() }));

/**
 * The alerts of every rule file, in their order.
 * @throws Error at an alert that lacks a label, or that the catalogue does not know
 */
export function readAlerts(): Alert[] {
  const meanings = catalogue.parse(readYaml('catalogue.yml'));
  const files = readdirSync(join(packageRoot, 'prometheus', 'rules')).sort();
  return files.flatMap((file) =>
    ruleFile
      .parse(readYaml('rules', file))
      .groups.flatMap(({ rules }) => rules.flatMap((found) => alertOf(found, meanings))),
  );
}

function alertOf(
  { alert: name, labels, annotations }: z.output<typeof rule>,
  meanings: z.output<typeof catalogue>,
): Alert[] {
  if (name === undefined) return [];
  const { runbook, severity: level, rollback } = labels;
  const known = meanings.find((row) => row.alert === name && row.severity === level);
  const documentation = annotations.runbook_url;
  if (runbook === undefined || level === undefined || known === undefined || documentation === undefined)
    throw new Error(`${name}: its labels, its runbook_url or its row in prometheus/catalogue.yml is missing`);
  const judged = [
    { query: annotations.query, limit: annotations.limit },
    { query: annotations.query_2, limit: annotations.limit_2 },
  ].flatMap(({ query, limit }) =>
    query === undefined || limit === undefined ? [] : [{ query: oneLine(query), limit: oneLine(limit) }],
  );
  return [{ name, runbook, severity: level, rollback, meaning: known.meaning, judged, documentation }];
}

function readYaml(...path: readonly string[]): unknown {
  return parse(readFileSync(join(packageRoot, 'prometheus', ...path), 'utf8'));
}

function oneLine(expression: string): string {
  return expression.replace(/\s+/g, ' ').trim();
}
