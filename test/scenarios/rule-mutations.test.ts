import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { mutantsOf, type Mutant } from '../support/mutations.js';
import {
  ruleFileNames,
  rules,
  rulesFolder,
  testFilesOf,
  testsFolder,
  type Rule,
} from '../support/rule-files.js';
import { justified, type JustifiedMutant } from '../support/surviving-mutants.js';
import { runTool } from '../support/tools.js';
import { temporaryFolder } from '../support/workspace.js';

/** A copy of the rules and their tests in which one rule file can be overwritten. */
class Bench {
  readonly #folder = temporaryFolder();

  constructor() {
    cpSync(rulesFolder, join(this.#folder, 'rules'), { recursive: true });
    cpSync(testsFolder, join(this.#folder, 'tests'), { recursive: true });
  }

  /** Writes a rule file with one of its rules replaced; true where no test notices. */
  async survives(rule: Rule, changed: Pick<Rule, 'expr' | 'for'>): Promise<boolean> {
    const text = stringify({ groups: groupsOf(rule.file, rule, changed) });
    writeFileSync(join(this.#folder, 'rules', `${rule.file}.yml`), text);
    const names = byRelevance(rule);
    // Nearly every change is noticed by a test that speaks of the rule: those alone take a fraction of the time.
    for (const name of names) if (!(await this.#passes(this.#relevantTests(rule, name)))) return false;
    for (const name of names) if (!(await this.#passes(name))) return false;
    return true;
  }

  async #passes(name: string): Promise<boolean> {
    return (await runTool('promtool', ['test', 'rules', join(this.#folder, 'tests', name)])).ok;
  }

  /** Writes the tests of a file that speak of a rule to a file of their own. @returns its name */
  #relevantTests(rule: Rule, name: string): string {
    const relevant = `relevant-${name}`;
    writeFileSync(join(this.#folder, 'tests', relevant), testsThatMention(wordFor(rule), name));
    return relevant;
  }

  /** Whether the rules as they are pass a test file that was written anew. */
  async passesRewritten(name: string): Promise<boolean> {
    writeFileSync(join(this.#folder, 'tests', `rewritten-${name}`), testsThatMention('', name));
    return this.#passes(`rewritten-${name}`);
  }
}

function groupsOf(file: string, rule: Rule, changed: Pick<Rule, 'expr' | 'for'>): unknown[] {
  const own = rules.filter((candidate) => candidate.file === file);
  return [...new Set(own.map(({ group }) => group))].map((name) => ({
    name,
    rules: own
      .filter(({ group }) => group === name)
      .map((candidate) => {
        const {
          alert,
          record,
          expr,
          for: hold,
          labels,
          annotations,
        } = candidate === rule ? { ...candidate, ...changed } : candidate;
        return { alert, record, expr, for: hold, labels, ...(alert === undefined ? {} : { annotations }) };
      }),
  }));
}

/** By what tests speak of a rule. */
function wordFor(rule: Rule): string {
  return (
    rule.alert ?? rule.labels.alertname ?? rule.labels.check ?? rule.labels.quantity ?? rule.record ?? ''
  );
}

/** The test files of a rule's file, those that speak of the rule most first. */
function byRelevance(rule: Rule): string[] {
  const word = wordFor(rule);
  const mentions = (name: string): number =>
    readFileSync(join(testsFolder, name), 'utf8').split(word).length - 1;
  return testFilesOf(rule.file)
    .map((name) => ({ name, count: mentions(name) }))
    .sort((a, b) => b.count - a.count)
    .map(({ name }) => name);
}

const testFile = z.looseObject({ tests: z.array(z.unknown()) });
const parsed = new Map<string, z.output<typeof testFile>>();

function parseTests(name: string): z.output<typeof testFile> {
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

function testsThatMention(word: string, name: string): string {
  const file = parseTests(name);
  const tests = file.tests.filter((test) => JSON.stringify(test).includes(word));
  // JSON is YAML, and needs none of the anchors that stand in tests left out.
  return JSON.stringify({ ...file, tests });
}

function fits(entry: JustifiedMutant, { rule, change }: Mutant): boolean {
  return entry.rule.test(rule) && entry.change.test(change);
}

interface Job {
  readonly rule: Rule;
  readonly mutant: Mutant;
}

async function survivorsOf(jobs: readonly Job[]): Promise<Mutant[]> {
  const waiting = jobs.values();
  const survivors: Mutant[] = [];
  const work = async (bench: Bench): Promise<void> => {
    for (const { rule, mutant } of waiting) {
      if (await bench.survives(rule, mutant.mutated)) survivors.push(mutant);
    }
  };
  await Promise.all([work(new Bench()), work(new Bench())]);
  return survivors;
}

describe.each(ruleFileNames)('%s.yml', (file) => {
  const own = rules.filter((rule) => rule.file === file);

  it('passes its tests unchanged, written as the mutants are', async () => {
    const [first] = own;
    expect(first).toBeDefined();
    if (first !== undefined) expect(await new Bench().survives(first, first)).toBe(true);
  });

  it.each(testFilesOf(file))('passes %s, written anew', async (name) => {
    expect(await new Bench().passesRewritten(name)).toBe(true);
  });

  it('has a test that notices each small change', { timeout: 1_800_000 }, async () => {
    const jobs = own
      .flatMap((rule) => mutantsOf(rule).map((mutant) => ({ rule, mutant })))
      .filter(({ mutant }) => !justified.some((entry) => fits(entry, mutant)));
    expect(jobs.length).toBeGreaterThan(own.length);
    const survivors = await survivorsOf(jobs);
    expect(survivors.map(({ rule, change }) => `${rule}: ${change}`)).toEqual([]);
  });
});

describe('the list of justified survivors', () => {
  const mutants = rules.flatMap(mutantsOf);

  it.each(justified)('needs the entry $change', (entry) => {
    expect(mutants.some((mutant) => fits(entry, mutant))).toBe(true);
  });
});
