import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from './mutations.js';
import { passedOf, readTests, testsText } from './promtool-tests.js';
import { rules, rulesFolder, testFilesOf, testsFolder, type Rule } from './rule-files.js';
import { slicesOf, type Slice } from './rule-slices.js';
import { rulesText, type Change } from './rule-text.js';
import { temporaryFolder } from './workspace.js';

/** A copy of the rules and their tests in which rules can be changed. Does one thing at a time. */
export class MutationBench {
  readonly #folder = temporaryFolder();
  /** rules whose slices fail although nothing is changed: none, unless what rules read is misread */
  readonly failingSlices: string[] = [];

  constructor() {
    cpSync(rulesFolder, join(this.#folder, 'rules'), { recursive: true });
    cpSync(testsFolder, join(this.#folder, 'tests'), { recursive: true });
  }

  /** Those mutants of a rule that none of its file's tests notices. */
  async survivorsOf(rule: Rule, mutants: readonly Mutant[]): Promise<Mutant[]> {
    const survivors: Mutant[] = [];
    for (const mutant of await this.unnoticedBySlices(rule, mutants)) {
      if (await this.survives(rule, mutant.mutated)) survivors.push(mutant);
    }
    return survivors;
  }

  /**
   * Those mutants that only whole files can still notice: nearly every change is noticed by the assertions that rest on the
   * rule, and those alone, over the rules on which they rest, take a fraction of the time.
   */
  async unnoticedBySlices(rule: Rule, mutants: readonly Mutant[]): Promise<readonly Mutant[]> {
    const waiting = slicesByPromise(rule);
    let unnoticed = mutants;
    while (unnoticed.length > 0 && waiting.length > 0) {
      unnoticed = await this.#unnoticedBy(rule, nextOf(waiting, unnoticed.length), unnoticed);
    }
    return unnoticed;
  }

  async #unnoticedBy(
    rule: Rule,
    slices: readonly Slice[],
    mutants: readonly Mutant[],
  ): Promise<readonly Mutant[]> {
    const changed = mutants.map(({ mutated }, index) => this.#writeSlices(`${index}`, rule, slices, mutated));
    // Unchanged and last: that it passes shows that promtool came to the end, and that the others fail by their change.
    const unchanged = this.#writeSlices('unchanged', rule, slices, rule);
    const passed = await passedOf([...changed.flat(), ...unchanged]);
    const sound = unchanged.map((path) => passed.has(path));
    if (sound.includes(false)) this.failingSlices.push(rule.alert ?? rule.record ?? '');
    return mutants.filter((_, mutant) =>
      (changed[mutant] ?? []).every((path, slice) => passed.has(path) || sound[slice] !== true),
    );
  }

  /** @returns the path of each slice's test file */
  #writeSlices(prefix: string, rule: Rule, slices: readonly Slice[], change: Change): string[] {
    return slices.map((slice, index) => {
      const rulesPath = join(this.#folder, `${prefix}-${index}.yml`);
      const path = join(this.#folder, `${prefix}-${index}.test.yml`);
      writeFileSync(rulesPath, rulesText(slice.rules, rule, change));
      writeFileSync(path, testsText({ ...slice.tests, rule_files: [rulesPath] }));
      return path;
    });
  }

  /** Writes the whole rule file with one of its rules changed; true where no test file notices. */
  async survives(rule: Rule, change: Change): Promise<boolean> {
    const own = rules.filter(({ file }) => file === rule.file);
    writeFileSync(join(this.#folder, 'rules', `${rule.file}.yml`), rulesText(own, rule, change));
    for (const name of byRelevance(rule)) {
      if (!(await this.#passes(join(this.#folder, 'tests', name)))) return false;
    }
    return true;
  }

  /** Whether the rules as they are pass a test file that was written anew. */
  async passesRewritten(name: string): Promise<boolean> {
    const path = join(this.#folder, 'tests', `rewritten-${name}`);
    writeFileSync(path, testsText(readTests(name)));
    return this.#passes(path);
  }

  async #passes(path: string): Promise<boolean> {
    return (await passedOf([path])).has(path);
  }
}

/** The slices of all its file's tests, those that name the rule first, and then the cheapest. */
function slicesByPromise(rule: Rule): Slice[] {
  const word = wordFor(rule);
  const unnamed = ({ tests }: Slice): number => (testsText(tests).includes(word) ? 0 : 1);
  return testFilesOf(rule.file)
    .flatMap((name) => slicesOf(rule, name))
    .map((slice) => ({ slice, order: unnamed(slice) }))
    .sort((a, b) => a.order - b.order || a.slice.evaluations - b.slice.evaluations)
    .map(({ slice }) => slice);
}

/** What promtool's start takes, and a test's, in the time of one evaluation of a rule. */
const evaluationsOfStart = 2000;
const evaluationsOfTest = 250;

/** Takes the first slices off the list: with those mutants as many as take about as long as promtool's start, at least one. */
function nextOf(waiting: Slice[], mutants: number): Slice[] {
  const next: Slice[] = [];
  let spent = 0;
  do {
    const slice = waiting.shift();
    if (slice === undefined) break;
    next.push(slice);
    spent += (slice.evaluations + evaluationsOfTest) * mutants;
  } while (spent < evaluationsOfStart);
  return next;
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

/** By what tests speak of a rule. */
function wordFor({ alert, record, labels }: Rule): string {
  return alert ?? labels.alertname ?? labels.check ?? labels.quantity ?? labels.counter ?? record ?? '';
}
