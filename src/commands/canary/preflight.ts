import { PrometheusError, type PrometheusClient } from '../../alerts/prometheus.js';
import type { Config } from '../../config/schema.js';
import { exporterMetric } from '../../names.js';
import type { CheckLine } from '../../reports/check-lines.js';
import { checkPace } from '../check/pace.js';
import { canWrite, preflightPlan } from '../plan-preflight.js';
import { receiverLines, telemetryLine, type TelemetryState } from '../preflight.js';
import type { Services } from '../services.js';
import type { CanaryPlan } from './plan.js';

/** The plan that undoes a canary. */
export const canaryRollbackPlan = 'qsc';

/** Everything that must hold before a canary may even ask the gate: the runbook's list, checked. */
export async function preflight(services: Services, plan: CanaryPlan): Promise<CheckLine[]> {
  const { config, prometheus } = services;
  const groups = await Promise.all([
    preflightPlan(config, canaryRollbackPlan, plan.engine.unit),
    receiverLines(services, 'fail'),
    telemetryLines(prometheus),
    engineLine(plan),
    fileLines(config, plan),
  ]);
  return groups.flat();
}

const states: readonly TelemetryState[] = [
  {
    what: 'Redis',
    question: exporterMetric.redisUp,
    yes: 'answers',
    todo: 'Start it (systemctl start redis), or see redis.url.',
  },
  {
    what: 'engine loaded',
    question: `${exporterMetric.unitLoaded}{role="engine"}`,
    yes: 'yes',
    todo: 'See systemd.engine_units.',
  },
  {
    what: 'engine active',
    question: `${exporterMetric.unitActive}{role="engine"}`,
    yes: 'yes',
    todo: 'Start it: systemctl start UNIT.',
  },
];

async function telemetryLines(prometheus: PrometheusClient): Promise<CheckLine[]> {
  try {
    const lines = await Promise.all(states.map((state) => telemetryLine(prometheus, state)));
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
