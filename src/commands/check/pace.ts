import type { PrometheusClient, RuleGroup, Target } from '../../alerts/prometheus.js';
import { scrapedTargets } from '../../alerts/scraped-targets.js';
import { job } from '../../names.js';
import { formatDuration, parseDuration } from '../../platform/duration.js';
import type { CheckLine } from '../../reports/check-lines.js';

/** The rules read the deployments through windows of 30 s, of which one lost scrape must leave something. */
const slowestSeconds = 15;
const jobs: readonly string[] = [job.exporter, job.receiver, job.backend];
/** The groups whose alerts and records follow one another within seconds. */
const groupNames: readonly string[] = [
  'deployments',
  'go-live',
  'operations',
  'playbook-financial',
  'playbook-health',
  'playbook-model',
  'post-calibration',
  'qsc-canary',
  'redline',
];

const why = `(${slowestSeconds}s at most, as in prometheus/prometheus.yml), and reload Prometheus: the rules read deployments through windows of 30 s.`;

/**
 * Whether Prometheus scrapes Redline's programs and evaluates Redline's rules often enough, as it says itself.
 * @throws PrometheusError
 */
export async function checkPace(prometheus: PrometheusClient): Promise<CheckLine[]> {
  const [groups, targets] = await Promise.all([prometheus.ruleGroups(), scrapedTargets(prometheus)]);
  return paceLines(groups, targets);
}

/** The same of an answer; what Prometheus does not have is not its matter. */
export function paceLines(groups: readonly RuleGroup[], targets: readonly Target[]): CheckLine[] {
  const slow = [...targets.flatMap(slowScrape), ...groups.flatMap(slowGroup)];
  if (slow.length > 0) return slow;
  const detail = `nothing of Redline is scraped or evaluated less often than every ${slowestSeconds}s`;
  return [{ what: 'pace of Prometheus', level: 'ok', detail }];
}

function slowScrape({ labels, scrapeUrl, scrapeInterval }: Target): CheckLine[] {
  const name = labels.job ?? '';
  if (!jobs.includes(name) || (parseDuration(scrapeInterval) ?? Infinity) <= slowestSeconds) return [];
  return [
    {
      what: `pace of ${name}`,
      level: 'fail',
      detail: `${scrapeUrl} is scraped every ${scrapeInterval}`,
      todo: `Set scrape_interval of the job ${name} in the configuration of Prometheus to 5s ${why}`,
    },
  ];
}

function slowGroup({ name, interval }: RuleGroup): CheckLine[] {
  if (!groupNames.includes(name) || interval <= slowestSeconds) return [];
  return [
    {
      what: `pace of the rules ${name}`,
      level: 'fail',
      detail: `they are evaluated every ${formatDuration(interval)}`,
      todo: `Set evaluation_interval (global) in the configuration of Prometheus to 5s ${why}`,
    },
  ];
}
