import { describe, expect, it } from 'vitest';
import { MutationBench } from '../../support/mutation-bench.js';
import { mutantsOf } from '../../support/mutations.js';
import { readTests } from '../../support/promtool-tests.js';
import { ruleFileNames, rules, testFilesOf, type Rule } from '../../support/rule-files.js';
import { readBy, restingOn, slicesOf } from '../../support/rule-slices.js';

function rule(found: Partial<Rule>): Rule {
  return {
    alert: undefined,
    record: undefined,
    expr: 'vector(1)',
    for: undefined,
    labels: {},
    annotations: {},
    file: 'f',
    group: 'g',
    interval: undefined,
    ...found,
  };
}

const base = rule({ record: 'a:base', expr: 'up' });
const low = rule({ record: 'a:part', expr: 'a:base', labels: { check: 'low' } });
const high = rule({ record: 'a:part', labels: { check: 'high' } });
const fires = rule({ alert: 'Fires', expr: 'a:part{check="low"} > 0', labels: { severity: 'critical' } });
const tells = rule({
  alert: 'Tells',
  labels: { severity: '{{ $labels.severity }}' },
  annotations: { description: '{{ range query "a:base" }}{{ .Value }}{{ end }}', query: 'a:part' },
});
const counts = rule({ record: 'a:count', expr: 'count(ALERTS{alertname="Fires"})' });
const all = [base, low, high, fires, tells, counts];

describe('what an expression reads', () => {
  it('are the records of a name, but for those that give a label another value', () => {
    expect(readBy('a:part', all)).toEqual([low, high]);
    expect(readBy('a:part{check="low",other="x"}', all)).toEqual([low]);
    expect(readBy('a:part{check!="low"}', all)).toEqual([low, high]);
    expect(readBy('up', all)).toEqual([]);
  });

  it('are the alerts that ALERTS may hold', () => {
    expect(readBy('ALERTS', all)).toEqual([fires, tells]);
    expect(readBy('ALERTS{alertname="Fires"}', all)).toEqual([fires]);
    expect(readBy('ALERTS{severity="warning"}', all)).toEqual([tells]);
  });

  it('is everything where no metric is named', () => {
    expect(readBy('{job="a"}', all)).toEqual(all);
    expect(readBy('count({__name__=~"a:.+"})', all)).toEqual(all);
  });
});

describe('what a rule rests on', () => {
  it('is what it reads, and what that reads', () => {
    expect([...restingOn([counts], all)]).toEqual([counts, fires, low, base]);
  });

  it('is also what its templates ask for', () => {
    expect([...restingOn([tells], all)]).toEqual([tells, base]);
  });
});

describe('slices', () => {
  const named = (name: string): Rule => {
    const found = rules.find(({ alert, record }) => (alert ?? record) === name);
    if (found === undefined) throw new Error(`no rule ${name}`);
    return found;
  };

  it('hold of a test what rests on the rule, and none of the rules that it does not need', () => {
    const slices = slicesOf(named('ExporterDown'), 'redline.test.yml');
    expect(slices.map(({ rules: kept }) => kept)).toContainEqual([named('ExporterDown')]);
    const asked = slices.flatMap(({ tests }) => tests.tests.flatMap((test) => test.alert_rule_test));
    expect(new Set(asked.map(({ alertname }) => alertname))).toEqual(new Set(['ExporterDown']));
  });

  it.each(ruleFileNames)('reach every rule of %s.yml and each assertion about an alert', (file) => {
    const own = rules.filter((found) => found.file === file);
    for (const found of own) {
      const slices = testFilesOf(file).flatMap((name) => slicesOf(found, name));
      expect(slices.length, found.alert ?? found.record).toBeGreaterThan(0);
      const asked = (tests: ReturnType<typeof readTests>['tests']): number =>
        tests.flatMap((test) => test.alert_rule_test).filter(({ alertname }) => alertname === found.alert)
          .length;
      expect(asked(slices.flatMap(({ tests }) => tests.tests))).toBe(
        asked(testFilesOf(file).flatMap((name) => readTests(name).tests)),
      );
    }
  });

  it(
    'kill a mutant that the whole files kill, and pass the rule as it is',
    { timeout: 120_000 },
    async () => {
      const bench = new MutationBench();
      const input = named('redline:expected_input');
      const [mutant] = mutantsOf(input).filter(({ change }) => change.startsWith('1 -> 2'));
      if (mutant === undefined) throw new Error('no such mutant');
      const unchanged = { ...mutant, mutated: input };
      expect(await bench.unnoticedBySlices(input, [mutant, unchanged])).toEqual([unchanged]);
      expect(bench.failingSlices).toEqual([]);
      expect(await bench.survives(input, mutant.mutated)).toBe(false);
      expect(await bench.survives(input, input)).toBe(true);
    },
  );
});
