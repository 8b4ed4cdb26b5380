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
import { scrapedTargets } from '../../alerts/scraped-targets.js';
import type { Config } from '../../config/schema.js';
import { hasBackend } from '../../deployments/go-live-inputs.js';
import { job } from '../../names.js';
import { formatDuration } from '../../platform/duration.js';
import { packageRoot } from '../../platform/package-root.js';
import type { CheckLine } from '../../reports/check-lines.js';
import { paceLines } from './pace.js';

const rulesFolder = join(packageRoot, 'prometheus', 'rules');
const ruleFile = z.object({
  groups: z.array(z.object({ name: z.string(), rules: z.array(z.object({ alert: z.string().optional() })) })),
});
type RuleFile = z.infer<typeof ruleFile>;

/** Whether Prometheus answers, has every alert of Redline, can evaluate every rule, and scrapes every job, often enough. */
export async function checkPrometheus(
  prometheus: PrometheusClient,
  config: Pick<Config, 'http' | 'prometheus'>,
): Promise<CheckLine[]> {
  try {
    const [groups, targets] = await Promise.all([prometheus.ruleGroups(), scrapedTargets(prometheus)]);
    return [
      { what: 'Prometheus', level: 'ok', detail: `answers at ${config.prometheus.url}` },
      ruleLine(groups, await expectedAlerts()),
      ...brokenRules(groups),
      ...targetLines(targets, scrapedJobs(config)),
      ...paceLines(groups, targets),
    ];
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    const todo = 'Start it, or set prometheus.url: without it nothing is judged.';
    return [{ what: 'Prometheus', level: 'fail', detail: error.message, todo }];
  }
}

/** A trading system without a backend needs no job for it. */
function scrapedJobs(config: Pick<Config, 'http'>): string[] {
  return Object.values(job).filter((name) => name !== job.backend || hasBackend(config));
}

/** Whether the rules of one runbook are loaded, and Prometheus can evaluate each of them. */
export async function runbookRuleLines(groups: readonly RuleGroup[], runbook: string): Promise<CheckLine[]> {
  const file = await readRuleFile(`${runbook}.yml`);
  const names = new Set(file.groups.map(({ name }) => name));
  const own = groups.filter(({ name }) => names.has(name));
  return [
    ruleLine(own, alertsOf(file), `rules of ${runbook}`),
    ...brokenRules(own),
    ...own
      .filter(({ rules }) => rules.some(({ health }) => health === 'unknown'))
      .map(({ name, interval }): CheckLine => ({
        what: `rules ${name}`,
        level: 'fail',
        detail: 'Prometheus has not evaluated each of them yet',
        todo: `It has just been started, or has just loaded them: wait ${formatDuration(interval)}, and try again.`,
      })),
  ];
}

/** Every alert that Redline's rule files define. */
async function expectedAlerts(): Promise<string[]> {
  const files = (await readdir(rulesFolder)).filter((name) => name.endsWith('.yml'));
  return (await Promise.all(files.map(readRuleFile))).flatMap(alertsOf);
}

async function readRuleFile(name: string): Promise<RuleFile> {
  return ruleFile.parse(parse(await readFile(join(rulesFolder, name), 'utf8')));
}

function alertsOf({ groups }: RuleFile): string[] {
  return groups.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? []));
}

function ruleLine(
  groups: readonly RuleGroup[],
  expected: readonly string[],
  what = 'alert rules',
): CheckLine {
  const loaded = new Set(groups.flatMap(({ rules }) => rules.map(({ name }) => name)));
  const missing = [...new Set(expected)].filter((name) => !loaded.has(name));
  if (missing.length === 0) return { what, level: 'ok', detail: `all ${new Set(expected).size} are loaded` };
  return {
    what,
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

/** Whether these jobs are scraped. */
export function targetLines(targets: readonly Target[], names: readonly string[]): CheckLine[] {
  return names.map((name): CheckLine => {
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
