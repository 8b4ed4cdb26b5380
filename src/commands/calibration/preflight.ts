import { PrometheusError, type PrometheusClient, type Sample } from '../../alerts/prometheus.js';
import { scrapedTargets } from '../../alerts/scraped-targets.js';
import type { Config } from '../../config/schema.js';
import { judgedInputs } from '../../deployments/calibration-inputs.js';
import {
  noUnit,
  resolveEngineUnit,
  rolledBackHarvestUnit,
  withLoadedHarvestUnit,
} from '../../deployments/engine-unit.js';
import { exporterMetric, job } from '../../names.js';
import type { CheckLine } from '../../reports/check-lines.js';
import { backupLine, furtherUnits, noHarvestLine } from '../check/calibration.js';
import { checkRedisAnswers } from '../check/local.js';
import { paceLines } from '../check/pace.js';
import { runbookRuleLines, targetLines } from '../check/prometheus.js';
import { canWrite, preflightPlan } from '../plan-preflight.js';
import { receiverLines, telemetryLine } from '../preflight.js';
import type { Services } from '../services.js';
import { isUnitActive } from '../systemctl.js';

/** The plan that undoes a calibration. */
export const calibrationRollbackPlan = 'calibration';
const runbook = 'post-calibration';

/** Everything that must hold before the change is made: the runbook's list, checked. */
export async function calibrationPreflight(services: Services): Promise<CheckLine[]> {
  const { prometheus } = services;
  const [engine, config] = await Promise.all([
    resolveEngineUnit(services.config),
    withLoadedHarvestUnit(services.config),
  ]);
  const groups = await Promise.all([
    preflightPlan(config, calibrationRollbackPlan, engine),
    backupLine(config, 'fail'),
    baselineFileLines(config),
    checkRedisAnswers(config),
    telemetryLines(config, prometheus),
    unitLines(config, engine),
    // The change comes later: what is under observation now may be over by then.
    receiverLines(services, 'warn'),
  ]);
  return groups.flat();
}

async function baselineFileLines({ files }: Config): Promise<CheckLine[]> {
  const path = files.calibration_baseline;
  if (await canWrite(path)) return [];
  const todo = 'Run as a user who may write there, or change files.calibration_baseline.';
  return [{ what: 'baseline file', level: 'fail', detail: `${path} cannot be written`, todo }];
}

/** Every unit that a rollback restarts or verifies, also one that the rows do not judge. */
async function unitLines(config: Config, engine: string): Promise<CheckLine[]> {
  const harvest = rolledBackHarvestUnit(config);
  return Promise.all([
    unitLine(config, 'engine', engine),
    harvest === noUnit ? noHarvestLine : unitLine(config, 'harvest', harvest),
    ...furtherUnits(config, engine).map((unit) => furtherUnitLine(config, unit)),
  ]);
}

async function furtherUnitLine({ systemd }: Config, unit: string): Promise<CheckLine> {
  const what = 'verified unit';
  if (await isUnitActive(systemd.systemctl, unit)) return { what, level: 'ok', detail: `${unit} is active` };
  return {
    what,
    level: 'fail',
    detail: `"${systemd.systemctl} is-active ${unit}" does not say that it is active, and a rollback is verified by it`,
    todo: 'Start it, or correct the verify lists of rollbacks.calibration: no rollback would ever be verified.',
  };
}

async function unitLine({ systemd }: Config, role: string, unit: string): Promise<CheckLine> {
  const what = `${role} by systemctl`;
  if (await isUnitActive(systemd.systemctl, unit)) return { what, level: 'ok', detail: `${unit} is active` };
  return {
    what,
    level: 'fail',
    detail: `"${systemd.systemctl} is-active ${unit}" does not say that it is active`,
    todo: `A rollback restarts it with it: start it (systemctl start ${unit}), or see systemd.systemctl and systemd.${role}_units.`,
  };
}

async function telemetryLines(config: Config, prometheus: PrometheusClient): Promise<CheckLine[]> {
  try {
    const [groups, targets] = await Promise.all([prometheus.ruleGroups(), scrapedTargets(prometheus)]);
    const roles = judgedInputs(config).flatMap((input) =>
      input === 'engine_unit' ? ['engine'] : input === 'harvest_unit' ? ['harvest'] : [],
    );
    return [
      { what: 'Prometheus', level: 'ok', detail: `answers at ${config.prometheus.url}` },
      ...(await runbookRuleLines(groups, runbook)),
      ...targetLines(targets, [job.exporter, job.receiver]),
      ...paceLines(groups, targets),
      ...(await Promise.all(
        roles.map((role) =>
          telemetryLine(prometheus, {
            what: `${role} by the exporter`,
            question: `${exporterMetric.unitActive}{role="${role}"}`,
            yes: 'its unit is active',
            todo: `Start it, or see systemd.${role}_units and redline_collector_errors_total.`,
          }),
        ),
      )),
      inputLine(judgedInputs(config), await prometheus.query(exporterMetric.inputTimestamp)),
    ];
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    const todo = 'Start it, or set prometheus.url: without it nothing is judged.';
    return [{ what: 'Prometheus', level: 'fail', detail: error.message, todo }];
  }
}

/** An input that is not read now may still have been read for 24 h, so it alone refuses nothing. */
function inputLine(inputs: readonly string[], samples: readonly Sample[]): CheckLine {
  const what = 'inputs';
  const read = new Set(samples.map(({ labels }) => labels.input));
  // The status comes with the change.
  const asked = inputs.filter((input) => input !== 'calibration_status');
  const missing = asked.filter((input) => !read.has(input));
  if (missing.length === 0)
    return { what, level: 'ok', detail: `all ${asked.length} that are judged are read` };
  return {
    what,
    level: 'warn',
    detail: `not read now: ${missing.join(', ')}`,
    todo: 'A calibration without them is never accepted. See redline_collector_errors_total, or take what the trading system does not write out of deployments.calibration.inputs.',
  };
}
