import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { testsFolder } from './rule-files.js';
import { runTool } from './tools.js';

const test = z.looseObject({
  alert_rule_test: z.array(z.looseObject({ eval_time: z.string(), alertname: z.string() })).default([]),
  promql_expr_test: z.array(z.looseObject({ eval_time: z.string(), expr: z.string() })).default([]),
});
const testFile = z.looseObject({
  rule_files: z.array(z.string()),
  evaluation_interval: z.string().default('1m'),
  tests: z.array(test),
});

/** A test of promtool's: series, and what is asserted of alerts and expressions. */
export type PromtoolTest = z.output<typeof test>;
export type PromtoolTestFile = z.output<typeof testFile>;

const parsed = new Map<string, PromtoolTestFile>();

/** Reads a file of the tests' folder, once. */
export function readTests(name: string): PromtoolTestFile {
  const known = parsed.get(name);
  if (known !== undefined) return known;
  // promtool's 0x60 says sixty times 0, and is no number in base 16.
  const file: unknown = parse(readFileSync(join(testsFolder, name), 'utf8'), {
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || tag.format !== 'HEX'),
  });
  const tests = testFile.parse(file);
  parsed.set(name, tests);
  return tests;
}

/** The text of a test file. JSON is YAML, and needs none of the anchors that stand in tests left out. */
export function testsText(file: PromtoolTestFile): string {
  return JSON.stringify(file);
}

/** Runs test files in one promtool, whose start takes longer than many a test. @returns the paths of those that passed */
export async function passedOf(paths: readonly string[]): Promise<Set<string>> {
  const { output } = await runTool('promtool', ['test', 'rules', ...paths]);
  return new Set([...output.matchAll(/^Unit Testing: +(.+)\n +SUCCESS$/gm)].map(([, path]) => path ?? ''));
}
