import { describe, expect, it } from 'vitest';
import { MutationBench } from '../support/mutation-bench.js';
import { mutantsOf, type Mutant } from '../support/mutations.js';
import { ruleFileNames, rules, testFilesOf, type Rule } from '../support/rule-files.js';
import { justified, type JustifiedMutant } from '../support/surviving-mutants.js';

function fits(entry: JustifiedMutant, { rule, change }: Mutant): boolean {
  return entry.rule.test(rule) && entry.change.test(change);
}

interface Job {
  readonly rule: Rule;
  readonly mutants: readonly Mutant[];
}

/** What is to be noticed, by rule; the longest first, so that both workers end at about the same time. */
function jobsOf(own: readonly Rule[]): Job[] {
  const expected = (mutant: Mutant): boolean => !justified.some((entry) => fits(entry, mutant));
  return own
    .map((rule) => ({ rule, mutants: mutantsOf(rule).filter(expected) }))
    .sort((a, b) => b.mutants.length - a.mutants.length);
}

async function tryAll(jobs: readonly Job[]): Promise<{ survivors: Mutant[]; failingSlices: string[] }> {
  const waiting = jobs.values();
  const survivors: Mutant[] = [];
  const benches = [new MutationBench(), new MutationBench()];
  const work = async (bench: MutationBench): Promise<void> => {
    for (const { rule, mutants } of waiting) survivors.push(...(await bench.survivorsOf(rule, mutants)));
  };
  await Promise.all(benches.map(work));
  return { survivors, failingSlices: benches.flatMap((bench) => bench.failingSlices) };
}

describe.each(ruleFileNames)('%s.yml', (file) => {
  const own = rules.filter((rule) => rule.file === file);

  it('passes its tests unchanged, written as the mutants are', async () => {
    const [first] = own;
    expect(first).toBeDefined();
    if (first !== undefined) expect(await new MutationBench().survives(first, first)).toBe(true);
  });

  it.each(testFilesOf(file))('passes %s, written anew', async (name) => {
    expect(await new MutationBench().passesRewritten(name)).toBe(true);
  });

  it('has a test that notices each small change', { timeout: 1_800_000 }, async () => {
    const jobs = jobsOf(own);
    expect(jobs.flatMap(({ mutants }) => mutants).length).toBeGreaterThan(own.length);
    const { survivors, failingSlices } = await tryAll(jobs);
    expect(survivors.map(({ rule, change }) => `${rule}: ${change}`)).toEqual([]);
    expect(failingSlices).toEqual([]);
  });
});

describe('the list of justified survivors', () => {
  const mutants = rules.flatMap(mutantsOf);

  it.each(justified)('needs the entry $change', (entry) => {
    expect(mutants.some((mutant) => fits(entry, mutant))).toBe(true);
  });
});
