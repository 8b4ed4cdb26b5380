import { PrometheusError, type PrometheusClient } from '../../alerts/prometheus.js';
import type { Config } from '../../config/schema.js';
import { exporterMetric, receiverMetric } from '../../names.js';
import { UserError } from '../../platform/errors.js';
import type { CheckLine } from '../../reports/check-lines.js';
import { checkPace } from '../check/pace.js';
import { canWrite, preflightPlan } from '../plan-preflight.js';
import type { Services } from '../services.js';
import type { CanaryPlan } from './plan.js';

/** The plan that undoes a canary. */
export const canaryRollbackPlan = 'qsc';

/** Everything that must hold before a canary may even ask the gate: the runbook's list, checked. */
export async function preflight(services: Services, plan: CanaryPlan): Promise<CheckLine[]> {
  const { config, prometheus } = services;
  const groups = await Promise.all([
    preflightPlan(config, canaryRollbackPlan, plan.engine.unit),
    receiverLines(services),
    telemetryLines(prometheus),
    engineLine(plan),
    fileLines(config, plan),
  ]);
  return groups.flat();
}

async function receiverLines({ receiver, prometheus }: Services): Promise<CheckLine[]> {
  const what = 'receiver';
  try {
    await receiver.ready();
    const open = (await receiver.deployments()).filter(
      ({ outcome, kind }) => outcome === null && kind !== 'production',
    );
    return [
      { what, level: 'ok', detail: `ready at ${receiver.address}` },
      ...open.map(({ id, kind, model }): CheckLine => ({
        what: 'other deployments',
        level: 'fail',
        detail: `${kind} ${model} (${id}) is under observation`,
        todo: 'One at a time. Wait for its end (redline deploy status), or end it: redline deploy end --outcome accepted|abandoned',
      })),
      ...(await shadowLines(prometheus)),
    ];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ what, level: 'fail', detail: error.message }];
  }
}

async function shadowLines(prometheus: PrometheusClient): Promise<CheckLine[]> {
  const [shadow] = await prometheus.query(`${receiverMetric.mode}{mode="shadow"} == 1`).catch(noAnswer);
  return shadow === undefined
    ? []
    : [
        {
          what: 'receiver mode',
          level: 'warn',
          detail: 'shadow: it decides and records, and rolls nothing back',
          todo: 'Set receiver.mode to auto and restart it, unless this is a rehearsal.',
        },
      ];
}

/** Said by the line of Redis and the engine, which asks the same server. */
function noAnswer(error: unknown): [] {
  if (error instanceof PrometheusError) return [];
  throw error;
}

async function telemetryLines(prometheus: PrometheusClient): Promise<CheckLine[]> {
  const states = [
    ['Redis', exporterMetric.redisUp, 'answers', 'Start it (systemctl start redis), or see redis.url.'],
    ['engine loaded', `${exporterMetric.unitLoaded}{role="engine"}`, 'yes', 'See systemd.engine_units.'],
    [
      'engine active',
      `${exporterMetric.unitActive}{role="engine"}`,
      'yes',
      'Start it: systemctl start UNIT.',
    ],
  ] as const;
  try {
    const lines = await Promise.all(
      states.map(async ([what, question, yes, todo]): Promise<CheckLine> => {
        const value = (await prometheus.query(`max(${question})`))[0]?.value;
        if (value === 1) return { what, level: 'ok', detail: yes };
        const detail = value === undefined ? 'nobody knows: Prometheus has no value from the exporter' : 'no';
        return { what, level: 'fail', detail, todo };
      }),
    );
    return [...lines, await baselineSumLine(prometheus), ...(await checkPace(prometheus))];
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    return [
      { what: 'Prometheus', level: 'fail', detail: error.message, todo: 'Start it, or set prometheus.url.' },
    ];
  }
}

/** The sum's tolerance stands in the rule, so the rule's own question and limit are asked. */
async function baselineSumLine(prometheus: PrometheusClient): Promise<CheckLine> {
  const what = 'baseline weights';
  const rule = (await prometheus.alertingRules()).find(({ name }) => name === 'QscBaselineMissing');
  const { query, limit } = rule?.annotations ?? {};
  if (query === undefined || limit === undefined) {
    const detail = 'Prometheus has not loaded the rule QscBaselineMissing';
    return { what, level: 'fail', detail, todo: 'Load prometheus/rules/*.yml.' };
  }
  const [off] = await prometheus.query(`(${query}) <= bool (${limit})`);
  if (off?.value === 1) return { what, level: 'ok', detail: 'present, and they sum to 1' };
  return {
    what,
    level: 'fail',
    detail: off === undefined ? 'the exporter does not see them' : 'they do not sum to 1',
    todo: 'Mend files.baseline_weights: a rollback puts them back.',
  };
}

async function engineLine({ engine }: CanaryPlan): Promise<CheckLine[]> {
  if (await engine.isActive()) return [];
  return [
    {
      what: 'systemctl',
      level: 'fail',
      detail: `"${engine.commands[0]?.[0] ?? ''} is-active ${engine.unit}" does not say that the engine is active`,
      todo: 'The activation restarts the engine with it: see systemd.systemctl and systemd.engine_units.',
    },
  ];
}

async function fileLines(config: Config, plan: CanaryPlan): Promise<CheckLine[]> {
  const paths = [...plan.files.map(({ path }) => path), config.files.canary_log];
  const lines = await Promise.all(
    paths.map(async (path): Promise<CheckLine[]> => {
      if (await canWrite(path)) return [];
      return [
        {
          what: 'files',
          level: 'fail',
          detail: `${path} cannot be written`,
          todo: 'Run as a user who may write there (sudo for /etc/systemd), or change files.* in the configuration.',
        },
      ];
    }),
  );
  return lines.flat();
}
