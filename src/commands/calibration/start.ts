import { PrometheusError } from '../../alerts/prometheus.js';
import { resolveEngineUnit } from '../../deployments/engine-unit.js';
import type { Deployment } from '../../deployments/deployment.js';
import { ExitCode, UserError } from '../../platform/errors.js';
import { formatDuration } from '../../platform/duration.js';
import { conditionLine, renderStarted } from '../../reports/calibration-start.js';
import { hasFailure, renderCheckLines, type CheckLine } from '../../reports/check-lines.js';
import { formatTime } from '../../reports/numbers.js';
import { backupLine } from '../check/calibration.js';
import { parseObservation } from '../observation-length.js';
import { operatorName } from '../operator.js';
import { preflightPlan } from '../plan-preflight.js';
import { receiverLines } from '../preflight.js';
import { openServices, type Services } from '../services.js';
import { refuseUnknownNames } from '../start-judgement.js';
import { note, outputPaint, print, printJson, Progress } from '../terminal.js';
import { parseTime } from '../time.js';
import { findBaseline, type FoundBaseline } from './baseline.js';
import { judgeStart } from './judge-start.js';
import { calibrationRollbackPlan } from './preflight.js';

export interface StartOptions {
  readonly startedAt?: string;
  readonly duration?: string;
  readonly operator?: string;
  readonly accept?: readonly string[];
  readonly json?: true;
}

/** A calibration to be declared. */
interface CalibrationOrder {
  /** Unix seconds; null: now */
  readonly startedAt: number | null;
  readonly observationSeconds: number;
  readonly accepted: readonly string[];
  readonly operator: string;
}

/** `redline deploy start calibration`. @returns 0 under observation, 2 refused, every reason named */
export async function startCalibration(
  configPath: string | undefined,
  options: StartOptions,
): Promise<ExitCode> {
  const services = openServices(configPath);
  const order = readOrder(services, options, Date.now() / 1000);
  const { lines, found } = await examine(services, order);
  if (!options.json && lines.some(({ level }) => level !== 'ok'))
    print(`${renderCheckLines(lines, outputPaint())}\n`);
  if (hasFailure(lines) || found?.baseline === undefined) {
    if (options.json) printJson({ ok: false, checks: lines, deployment: null });
    note('redline: no calibration is under observation: mend what FAIL names above. Nothing was changed.');
    return ExitCode.refused;
  }
  const deployment = await declare(services, order, found);
  if (options.json) printJson({ ok: true, checks: lines, deployment });
  else print(renderStarted(told(services, deployment, found), outputPaint()));
  return ExitCode.ok;
}

/** @throws UserError for a time or a duration that cannot be */
function readOrder({ config }: Services, options: StartOptions, now: number): CalibrationOrder {
  const { startedAt, duration, accept = [], operator } = options;
  const start = startedAt === undefined ? null : parseTime(startedAt, '--started-at', now);
  const observationSeconds =
    duration === undefined ? config.deployments.calibration.observation : parseObservation(duration);
  if (start !== null && start + observationSeconds <= now) {
    throw new UserError(
      `--started-at ${startedAt ?? ''} is ${formatDuration(now - start)} ago, and the observation takes ${formatDuration(observationSeconds)}: it would be over already.`,
    );
  }
  return {
    startedAt: start,
    observationSeconds,
    accepted: [...new Set(accept)],
    operator: operatorName(operator),
  };
}

/** Everything that could speak against the start. What a rollback needs is said, but keeps nobody from watching. */
async function examine(
  services: Services,
  order: CalibrationOrder,
): Promise<{ lines: CheckLine[]; found: FoundBaseline | undefined }> {
  const { config } = services;
  const engine = await resolveEngineUnit(config);
  const [receiver, plan, backup, judged] = await Promise.all([
    receiverLines(services, 'fail'),
    preflightPlan(config, calibrationRollbackPlan, engine),
    backupLine(config, 'fail'),
    judge(services),
  ]);
  refuseUnknownNames(order.accepted, judged.rollbackAlerts, 'a calibration');
  const now = Date.now() / 1000;
  const startedAt = order.startedAt ?? now;
  const found = hasFailure(receiver) ? undefined : await findBaseline(services, startedAt);
  const lines = [
    ...receiver,
    ...(hasFailure(receiver) ? [] : await overlapLines(services, order.startedAt)),
    ...[...plan, backup].map((line): CheckLine =>
      line.level === 'fail' ? { ...line, level: 'warn' } : line,
    ),
    ...judged.lines,
    ...judged.holding.map((name) =>
      conditionLine(name, {
        isAccepted: order.accepted.includes(name),
        settledAt: startedAt + config.deployments.calibration.settle,
        now,
      }),
    ),
    ...(found?.lines ?? []),
  ];
  return { lines, found };
}

interface Judged {
  readonly lines: readonly CheckLine[];
  readonly rollbackAlerts: readonly string[] | undefined;
  readonly holding: readonly string[];
}

async function judge({ prometheus }: Services): Promise<Judged> {
  try {
    return await judgeStart(prometheus, new Progress());
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    const todo = 'Start it, or set prometheus.url: without it nothing is judged.';
    const line: CheckLine = { what: 'Prometheus', level: 'fail', detail: error.message, todo };
    return { lines: [line], rollbackAlerts: undefined, holding: [] };
  }
}

/** What still goes on, or did so after the start: a calibration is never judged by what happened under another. */
async function overlapLines({ receiver, command }: Services, startedAt: number | null): Promise<CheckLine[]> {
  const [deployments, rollbacks] = await Promise.all([receiver.deployments(), receiver.rollbacks()]);
  const running = rollbacks.filter(({ result }) => result === null);
  const ended = [
    ...deployments.filter(({ kind, outcome }) => kind !== 'production' && outcome !== null),
    ...rollbacks.filter(({ mode }) => mode === 'auto'),
  ].map((over) => ({ id: over.id, end: ('ends_at' in over ? over.ends_at : over.ended_at) ?? 0 }));
  return [
    ...running.map(({ id }): CheckLine => ({
      what: 'rollbacks',
      level: 'fail',
      detail: `${id} is running`,
      todo: `Wait for its end: ${command} deploy status.`,
    })),
    ...ended
      .filter(({ end }) => startedAt !== null && end > startedAt)
      .map(({ id, end }): CheckLine => ({
        what: 'start',
        level: 'fail',
        detail: `${id} ended only at ${formatTime(end)}, after ${formatTime(startedAt ?? undefined)}`,
        todo: 'Name a start after that.',
      })),
  ];
}

function declare(
  { receiver, config }: Services,
  { startedAt, observationSeconds, accepted, operator }: CalibrationOrder,
  { baseline }: FoundBaseline,
): Promise<Deployment> {
  return receiver.startDeployment({
    kind: 'calibration',
    operator,
    started_at: startedAt,
    observation_seconds: observationSeconds,
    settle_seconds: config.deployments.calibration.settle,
    baseline: baseline ?? null,
    accepted: [...accepted],
  });
}

function told({ config, command }: Services, deployment: Deployment, { origin }: FoundBaseline) {
  return {
    deployment,
    baseline: origin,
    monitorLog: config.files.monitor_log,
    command,
  };
}
