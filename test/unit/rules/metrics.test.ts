import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { job, recordedMetric } from '../../../src/names.js';
import { declared, recorded } from '../../support/known-metrics.js';
import { selectorsOf } from '../../support/promql.js';
import { readYaml, rules } from '../../support/rule-files.js';

describe('rules', () => {
  it('use only metrics that a program declares or a rule records', () => {
    const used = rules.flatMap(({ expr, annotations }) =>
      [expr, annotations.query, annotations.query_2, annotations.limit, annotations.limit_2]
        .flatMap((text) => (text === undefined ? [] : selectorsOf(text)))
        .map(({ name }) => name),
    );
    expect([...new Set(used)].filter((name) => !declared.has(name) && !recorded.has(name))).toEqual([]);
  });

  it('ask only declared metrics in what they tell people', () => {
    const asked = rules.flatMap(({ annotations }) =>
      [...(annotations.description ?? '').matchAll(/\b(?:redline|quantum|host)[_:][\w:]+/g)].map(
        ([name]) => name,
      ),
    );
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((name) => !declared.has(name) && !recorded.has(name))).toEqual([]);
  });

  it('record what the programs ask for', () => {
    expect(Object.values(recordedMetric).filter((name) => !recorded.has(name))).toEqual([]);
  });
});

describe('prometheus.yml', () => {
  const config = z
    .object({
      global: z.object({ scrape_interval: z.string(), evaluation_interval: z.string() }),
      rule_files: z.array(z.string()),
      scrape_configs: z.array(
        z.object({
          job_name: z.string(),
          static_configs: z.array(z.object({ targets: z.array(z.string()) })),
        }),
      ),
    })
    .parse(readYaml('prometheus', 'prometheus.yml'));

  it('scrapes each job that the rules and programs know, under its name, and nothing else', () => {
    expect(config.scrape_configs.map(({ job_name }) => job_name).sort()).toEqual(Object.values(job).sort());
    const jobs = rules.flatMap(({ expr }) =>
      selectorsOf(expr).flatMap(({ equal }) => equal.get('job') ?? []),
    );
    const known = new Set(config.scrape_configs.map(({ job_name }) => job_name));
    expect(jobs.filter((name) => !known.has(name))).toEqual([]);
  });

  it('scrapes and evaluates every 5 s, on loopback alone', () => {
    expect(config.global).toEqual({ scrape_interval: '5s', evaluation_interval: '5s' });
    expect(config.rule_files).toEqual(['rules/*.yml']);
    const targets = config.scrape_configs.flatMap(({ static_configs }) =>
      static_configs.flatMap((found) => found.targets),
    );
    for (const target of targets) expect(target).toMatch(/^127\.0\.0\.1:\d+$/);
  });
});
