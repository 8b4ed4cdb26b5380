import { basename } from 'node:path';
import { inSeconds } from './durations.js';
import { selectorsOf, tokenize } from './promql.js';
import { readTests, type PromtoolTest, type PromtoolTestFile } from './promtool-tests.js';
import { rules, type Rule } from './rule-files.js';

/**
 * Of a test what a change of one rule can reach: the assertions whose answer rests on the rule, and the rules on which those
 * rest. These rules are evaluated as among all the others, in the same order over the same series, and an error of one fails
 * the test either way. So a change that fails a slice fails the whole file. The reverse does not hold: the others may fail too.
 */
export interface Slice {
  /** in the order of their files */
  readonly rules: readonly Rule[];
  /** the test alone, without `rule_files`, since only whoever writes the rules knows where they stand */
  readonly tests: PromtoolTestFile;
  /** about how often a rule is evaluated in it */
  readonly evaluations: number;
}

/**
 * The slices of each test of a file in which something rests on the rule. What rests on few rules is apart from what rests on many,
 * as a look at all alerts does: it takes a fraction of the time, and mostly notices.
 */
export function slicesOf(rule: Rule, testFile: string): Slice[] {
  const whole = readTests(testFile);
  const loaded = loadedBy(whole);
  return whole.tests.flatMap((test) =>
    [isFew, isMany].flatMap((fits) => {
      const needed = new Set<Rule>();
      const reaches = (read: readonly Rule[]): boolean => {
        const found = restingOn(read, loaded);
        const reached = found.has(rule) && fits(found.size, loaded.length);
        if (reached) found.forEach((each) => needed.add(each));
        return reached;
      };
      const sliced = assertionsThat(reaches, test, loaded);
      if (needed.size === 0) return [];
      return [
        {
          rules: loaded.filter((candidate) => needed.has(candidate)),
          tests: { ...whole, rule_files: [], tests: [sliced] },
          evaluations: needed.size * stepsOf(sliced, whole.evaluation_interval),
        },
      ];
    }),
  );
}

function isFew(needed: number, loaded: number): boolean {
  return needed <= loaded / 4;
}

function isMany(needed: number, loaded: number): boolean {
  return !isFew(needed, loaded);
}

const loadedByFiles = new Map<string, readonly Rule[]>();

/** The same list for the same files, by which what their rules read is remembered. */
function loadedBy({ rule_files: paths }: PromtoolTestFile): readonly Rule[] {
  const files = paths.map((path) => basename(path, '.yml'));
  const key = files.join();
  const loaded = loadedByFiles.get(key) ?? rules.filter(({ file }) => files.includes(file));
  loadedByFiles.set(key, loaded);
  return loaded;
}

function assertionsThat(
  reaches: (read: readonly Rule[]) => boolean,
  test: PromtoolTest,
  loaded: readonly Rule[],
): PromtoolTest {
  return {
    ...test,
    alert_rule_test: test.alert_rule_test.filter(({ alertname }) =>
      reaches(loaded.filter(({ alert }) => alert === alertname)),
    ),
    promql_expr_test: test.promql_expr_test.filter(({ expr }) => reaches(readBy(expr, loaded))),
  };
}

/** promtool evaluates up to the last moment that an assertion asks for. */
function stepsOf(
  { alert_rule_test: alerts, promql_expr_test: expressions }: PromtoolTest,
  interval: string,
): number {
  const last = Math.max(...[...alerts, ...expressions].map(({ eval_time: at }) => inSeconds(at)));
  return Math.floor(last / inSeconds(interval)) + 1;
}

/** These rules, the rules that they read, and theirs. */
export function restingOn(start: readonly Rule[], loaded: readonly Rule[]): Set<Rule> {
  const found = new Set(start);
  for (const rule of found) readOf(rule, loaded).forEach((read) => found.add(read));
  return found;
}

const known = new WeakMap<readonly Rule[], Map<Rule, readonly Rule[]>>();

function readOf(rule: Rule, loaded: readonly Rule[]): readonly Rule[] {
  const ofLoaded = known.get(loaded) ?? new Map<Rule, readonly Rule[]>();
  known.set(loaded, ofLoaded);
  const read = ofLoaded.get(rule) ?? [...readBy(rule.expr, loaded), ...readByTemplates(rule, loaded)];
  ofLoaded.set(rule, read);
  return read;
}

/** The rules whose series an expression can read: records by name, and alerts through `ALERTS`. */
export function readBy(expression: string, loaded: readonly Rule[]): readonly Rule[] {
  if (namesNoMetric(expression)) return loaded;
  const selectors = selectorsOf(expression);
  return loaded.filter((rule) => selectors.some(({ name, equal }) => writes(rule, name, equal)));
}

/** A selector without a name, or with a pattern for it, may read anything. */
function namesNoMetric(expression: string): boolean {
  const tokens = tokenize(expression);
  return tokens.some(
    ({ text }, at) => text === '__name__' || (text === '{' && tokens[at - 1]?.kind !== 'name'),
  );
}

function writes({ alert, record, labels }: Rule, name: string, equal: ReadonlyMap<string, string>): boolean {
  const fixed = alert === undefined ? labels : { ...labels, alertname: alert };
  const named = alert === undefined ? record === name : name === 'ALERTS' || name === 'ALERTS_FOR_STATE';
  return named && [...equal].every(([label, value]) => canBe(fixed[label], value));
}

/** A label that a rule does not fix, or fixes by a template, may have any value. */
function canBe(fixed: string | undefined, value: string): boolean {
  return fixed === undefined || fixed.includes('{{') || fixed === value;
}

/** A template may put an expression together from pieces: a record whose name stands in one counts as read. */
function readByTemplates({ labels, annotations }: Rule, loaded: readonly Rule[]): readonly Rule[] {
  const texts = [...Object.values(labels), ...Object.values(annotations)].join('\n');
  const words = new Set(
    [...texts.matchAll(/\{\{.*?\}\}/gs)].flatMap(([template]) => template.match(/[A-Za-z_][\w:]*/g) ?? []),
  );
  return loaded.filter(({ alert, record }) => words.has(alert === undefined ? (record ?? '') : 'ALERTS'));
}
