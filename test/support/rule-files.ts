import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../src/platform/package-root.js';
import { selectorsOf } from './promql.js';

const labels = z.record(z.string(), z.string()).default({});
const rule = z.strictObject({
  alert: z.string().optional(),
  record: z.string().optional(),
  expr: z.string(),
  for: z.string().optional(),
  labels,
  annotations: labels,
});
const ruleFile = z.strictObject({
  groups: z.array(
    z.strictObject({ name: z.string(), interval: z.string().optional(), rules: z.array(rule) }),
  ),
});

const catalogueEntry = z.strictObject({
  alert: z.string(),
  runbook: z.string(),
  severity: z.enum(['info', 'warning', 'critical']),
  rollback: z.string().optional(),
  priority: z.enum(['P0', 'P1', 'P2']).optional(),
  for: z.string().optional(),
  scope: z.enum(['deployment', 'production']).optional(),
  meaning: z.string().min(20),
});

const alertTest = z.object({
  eval_time: z.string(),
  alertname: z.string(),
  exp_alerts: z.array(z.object({ exp_labels: labels })).default([]),
});
const testFile = z.object({
  rule_files: z.array(z.string()),
  tests: z.array(z.object({ alert_rule_test: z.array(alertTest).default([]) })),
});

/** A rule, with the file (without `.yml`) and the group in which it stands. */
export interface Rule extends z.output<typeof rule> {
  readonly file: string;
  readonly group: string;
  readonly interval: string | undefined;
}
export interface AlertRule extends Rule {
  readonly alert: string;
}
export type AlertTest = z.output<typeof alertTest>;

const folder = join(packageRoot, 'prometheus');
export const rulesFolder = join(folder, 'rules');
export const testsFolder = join(folder, 'tests');

/** Reads a YAML file below the package's folder. */
export function readYaml(...path: string[]): unknown {
  return parse(readFileSync(join(packageRoot, ...path), 'utf8'));
}

/** Names of the rule files, without `.yml`. */
export const ruleFileNames = readdirSync(rulesFolder).map((name) => name.replace(/\.yml$/, ''));

/** Names of the test files that belong to a rule file: `<rule file>[-<topic>].test.yml`. */
export function testFilesOf(file: string): string[] {
  return readdirSync(testsFolder)
    .filter((name) => name === `${file}.test.yml` || name.startsWith(`${file}-`))
    .sort();
}

export const rules: readonly Rule[] = ruleFileNames.flatMap((file) =>
  ruleFile
    .parse(readYaml('prometheus', 'rules', `${file}.yml`))
    .groups.flatMap((group) =>
      group.rules.map((found) => ({ ...found, file, group: group.name, interval: group.interval })),
    ),
);

export const alertRules: readonly AlertRule[] = rules.flatMap((found) =>
  found.alert === undefined ? [] : [{ ...found, alert: found.alert }],
);

export const catalogue = z.array(catalogueEntry).parse(readYaml('prometheus', 'catalogue.yml'));

/** Every `alert_rule_test` of all test files. */
export const alertTests: readonly AlertTest[] = readdirSync(testsFolder).flatMap((name) =>
  testFile.parse(readYaml('prometheus', 'tests', name)).tests.flatMap((found) => found.alert_rule_test),
);

/**
 * The rules on which a rule's answer rests: itself, and the recording rules that its selectors name, and theirs. A matcher
 * with `=` leaves out recording rules that give that label another value.
 */
export function restsOn(from: Rule): Set<Rule> {
  const found = new Set<Rule>([from]);
  for (const current of found) {
    for (const { name, equal } of selectorsOf(current.expr)) {
      rules
        .filter((candidate) => candidate.record === name)
        .filter(({ labels: fixed }) =>
          [...equal].every(([label, value]) => fixed[label] === undefined || fixed[label] === value),
        )
        .forEach((candidate) => found.add(candidate));
    }
  }
  return found;
}
