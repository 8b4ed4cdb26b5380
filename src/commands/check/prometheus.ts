import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import {
  PrometheusError,
  type PrometheusClient,
  type RuleGroup,
  type Target,
} from '../../alerts/prometheus.js';
import { job } from '../../names.js';
import { packageRoot } from '../../platform/package-root.js';
import type { CheckLine } from '../../reports/check-lines.js';
import { paceLines } from './pace.js';

const rulesFolder = join(packageRoot, 'prometheus', 'rules');
const ruleFile = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string().optional() })) })),
});

/** Whether Prometheus answers, has every alert of Redline, can evaluate every rule, and scrapes every job, often enough. */
export async function checkPrometheus(prometheus: PrometheusClient, url: string): Promise<CheckLine[]> {
  try {
    const [groups, targets] = await Promise.all([prometheus.ruleGroups(), prometheus.targets()]);
    return [
      { what: 'Prometheus', level: 'ok', detail: `answers at ${url}` },
      ruleLine(groups, await expectedAlerts()),
      ...brokenRules(groups),
      ...targetLines(targets),
      ...paceLines(groups, targets),
    ];
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    const todo = 'Start it, or set prometheus.url: without it nothing is judged.';
    return [{ what: 'Prometheus', level: 'fail', detail: error.message, todo }];
  }
}

/** Every alert that Redline's rule files define. */
async function expectedAlerts(): Promise<string[]> {
  const files = (await readdir(rulesFolder)).filter((name) => name.endsWith('.yml'));
  const contents = await Promise.all(files.map((name) => readFile(join(rulesFolder, name), 'utf8')));
  return contents
    .map((text) => ruleFile.parse(parse(text)))
    .flatMap(({ groups }) => groups.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? [])));
}

function ruleLine(groups: readonly RuleGroup[], expected: readonly string[]): CheckLine {
  const loaded = new Set(groups.flatMap(({ rules }) => rules.map(({ name }) => name)));
  const missing = [...new Set(expected)].filter((name) => !loaded.has(name));
  if (missing.length === 0)
    return { what: 'alert rules', level: 'ok', detail: `all ${new Set(expected).size} are loaded` };
  return {
    what: 'alert rules',
    level: 'fail',
    detail: `not loaded: ${missing.join(', ')}`,
    todo: `Add ${join(rulesFolder, '*.yml')} to rule_files, and reload Prometheus.`,
  };
}

function brokenRules(groups: readonly RuleGroup[]): CheckLine[] {
  return groups
    .flatMap(({ rules }) => rules)
    .filter(({ health }) => health === 'err')
    .map(({ name, lastError }) => ({
      what: `rule ${name}`,
      level: 'fail',
      detail: `cannot be evaluated: ${lastError ?? 'Prometheus does not say why'}`,
      todo: 'What a broken rule judges is not watched.',
    }));
}

function targetLines(targets: readonly Target[]): CheckLine[] {
  return Object.values(job).map((name): CheckLine => {
    const what = `scrape of ${name}`;
    const own = targets.filter(({ labels }) => labels.job === name);
    const judgedBy = name === job.exporter || name === job.receiver;
    if (own.length === 0) {
      const todo = `Add the job to the configuration of Prometheus, as in prometheus/prometheus.yml.`;
      return { what, level: judgedBy ? 'fail' : 'warn', detail: 'no such job', todo };
    }
    const down = own.find(({ health }) => health !== 'up');
    if (down === undefined)
      return { what, level: 'ok', detail: own.map(({ scrapeUrl }) => scrapeUrl).join(', ') };
    const detail = `${down.scrapeUrl} is ${down.health}${down.lastError === '' ? '' : `: ${down.lastError}`}`;
    return {
      what,
      level: 'fail',
      detail,
      todo: 'Start it, or correct its target in the configuration of Prometheus.',
    };
  });
}
