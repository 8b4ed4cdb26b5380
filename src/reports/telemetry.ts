import { PrometheusError, type PrometheusClient, type RuleGroup, type Target } from '../alerts/prometheus.js';
import { scrapedTargets } from '../alerts/scraped-targets.js';
import { exporterMetric, job, recordedMetric } from '../names.js';
import { formatDuration, parseDuration } from '../platform/duration.js';
import { formatExactTime } from './numbers.js';

/** A leg of the way from the trading system to an answer that is missing, and what to do about it. */
export interface MissingLeg {
  readonly missing: string;
  readonly todo: string;
}

/** What the gate's rules and their exporter look like to Prometheus. */
export interface GateTelemetry {
  readonly exporter: Target | undefined;
  readonly group: RuleGroup | undefined;
}

/**
 * Looks at the exporter's target and the group of the gate's rules.
 * @throws PrometheusError
 */
export async function readGateTelemetry(prometheus: PrometheusClient): Promise<GateTelemetry> {
  const [targets, groups] = await Promise.all([scrapedTargets(prometheus), prometheus.ruleGroups()]);
  return {
    exporter: targets.find(({ labels }) => labels.job === job.exporter),
    group: groups.find(({ rules }) => rules.some(({ name }) => name === recordedMetric.gateScrape)),
  };
}

/** What keeps the gate from ever answering, as far as Prometheus' own state shows it. */
export function missingLeg({ exporter, group }: GateTelemetry): MissingLeg | undefined {
  if (exporter === undefined) {
    return {
      missing: `Prometheus does not scrape the exporter: it has no job "${job.exporter}".`,
      todo: "Load Redline's prometheus/prometheus.yml, or add that job to the configuration of Prometheus.",
    };
  }
  if (exporter.health === 'down') {
    return {
      missing: `The exporter does not answer Prometheus at ${exporter.scrapeUrl}: ${exporter.lastError}`,
      todo: 'Start it (redline exporter), wait for one scrape, and ask again.',
    };
  }
  if (group === undefined) {
    return {
      missing: `Prometheus has not loaded the gate's rules: no rule records ${recordedMetric.gateScrape}.`,
      todo: 'Load prometheus/rules/*.yml (rule_files), reload Prometheus, and ask again.',
    };
  }
  const broken = group.rules.find(({ health }) => health === 'err');
  return broken === undefined
    ? undefined
    : {
        missing: `Prometheus cannot evaluate the rule ${broken.name}: ${broken.lastError ?? 'it does not say why'}`,
        todo: 'Mend the rule (promtool check rules prometheus/rules/*.yml), reload Prometheus, and ask again.',
      };
}

/** The time of Prometheus' clock, Unix seconds. @throws PrometheusError */
export async function prometheusTime(prometheus: PrometheusClient): Promise<number> {
  const now = (await prometheus.query('vector(time())'))[0]?.value;
  if (now === undefined) throw new PrometheusError('Prometheus does not say what time it is');
  return now;
}

/** Seconds that a scrape and the evaluation after it take at most, while all is well. */
export function answerInterval({ exporter, group }: GateTelemetry): number {
  return (parseDuration(exporter?.scrapeInterval ?? '') ?? 0) + (group?.interval ?? 0);
}

/**
 * Why no fresh answer came although nothing is visibly broken.
 * @param waitedSeconds how long it was waited for
 * @throws PrometheusError
 */
export async function explainSilence(
  prometheus: PrometheusClient,
  cutover: number,
  waitedSeconds: number,
): Promise<MissingLeg> {
  const broken = missingLeg(await readGateTelemetry(prometheus));
  if (broken !== undefined) return broken;
  const waited = `in ${formatDuration(waitedSeconds)}`;
  const used = (await prometheus.query(exporterMetric.gateCutover))[0]?.value;
  if (used === undefined) {
    return {
      missing: `The exporter states no cutover ${waited}: it cannot read Redis, or its Redis collector fails.`,
      todo: 'Run redline check, and look at redline_collector_errors_total.',
    };
  }
  if (Math.abs(used - cutover) >= 0.0015) {
    return {
      missing: `The exporter still counts from ${formatExactTime(used)}, not from ${formatExactTime(cutover)}, ${waited}.`,
      todo: 'Exporter and receiver must have the same state.directory: the receiver writes observation.json there.',
    };
  }
  return {
    missing: `Prometheus evaluated the gate's rules on no fresh scrape ${waited}.`,
    todo: 'Look at the state of its rules and targets (/rules, /targets): is it overloaded, or its clock wrong?',
  };
}
