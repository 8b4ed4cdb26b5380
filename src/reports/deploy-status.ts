import type { AlertingRule, PrometheusClient } from '../alerts/prometheus.js';
import type { Deployment, DeploymentKind, PreparedBaseline } from '../deployments/deployment.js';
import type { KillSwitch } from '../deployments/kill-switch.js';
import type { ReceiverMode, Rollback } from '../deployments/rollback.js';
import { exporterMetric, receiverMetric } from '../names.js';
import { formatDuration } from '../platform/duration.js';
import {
  afterRollbackLines,
  baselineLines,
  calibrationLines,
  preparedLines,
  readCalibrationState,
  watchedAfterRollback,
  type CalibrationState,
} from './calibration-status.js';
import { notCounted } from './check-state.js';
import { goLiveLines, readGoLiveScope } from './go-live-status.js';
import { logInput, wholeScope, type JudgedScope } from './judged-scope.js';
import { formatTime, formatValue, unknownText } from './numbers.js';
import type { Paint } from './paint.js';
import { rollbackLine } from './rollback-report.js';
import { describeKillSwitch } from './kill-switch.js';
import { describeValues, readRunbookChecks, type RunbookCheck } from './runbook-checks.js';
import { firingInstances } from './series.js';
import { printable } from './text.js';

/** An alert that fires now. */
export interface FiringAlert {
  readonly alertname: string;
  readonly severity: string;
  /** the one that it is about; empty: none, or whichever is observed */
  readonly deployment: string;
  /** its own words, else its rule's summary */
  readonly text: string;
}

/** What Prometheus adds to what the receiver knows. */
export interface JudgedState {
  /** undefined: nobody says */
  readonly mode: ReceiverMode | undefined;
  /** rows of the runbooks of what is under observation */
  readonly checks: readonly RunbookCheck[];
  readonly firing: readonly FiringAlert[];
  readonly calibration: CalibrationState;
}

/** The answer of `deploy status`. Times are Unix seconds. */
export interface DeployStatus {
  readonly at: number;
  /** under observation; undefined: the receiver did not say */
  readonly open: readonly Deployment[] | undefined;
  /** the newest one that is over */
  readonly lastEnded: Deployment | undefined;
  readonly lastRollback: Rollback | undefined;
  /** undefined: the receiver did not say */
  readonly killSwitch: KillSwitch | undefined;
  /** measured before a change that has not been declared yet; undefined: the receiver did not say */
  readonly prepared: readonly PreparedBaseline[] | undefined;
  /** undefined: Prometheus did not say */
  readonly judged: JudgedState | undefined;
  /** who could not be asked, and why */
  readonly missing: readonly string[];
}

/** Label `runbook` of the rules that judge a kind of deployment. */
export const runbookOfKind: Readonly<Record<DeploymentKind, string>> = {
  calibration: 'post-calibration',
  canary: 'qsc-canary',
  'go-live': 'go-live',
  production: 'playbook',
};

/** Asks Prometheus for the checks of what is under observation or watched after it, and what fires. @throws PrometheusError */
export async function readJudgedState(
  prometheus: PrometheusClient,
  open: readonly Pick<Deployment, 'id' | 'kind'>[],
): Promise<JudgedState> {
  const [rules, modes, calibration] = await Promise.all([
    prometheus.alertingRules(),
    prometheus.query(`${receiverMetric.mode} == 1`),
    readCalibrationState(prometheus),
  ]);
  const checks = await Promise.all(
    open.map((deployment) => readDeploymentChecks(prometheus, rules, deployment, calibration)),
  );
  const [after] = open.some(({ kind }) => kind === 'calibration') ? [] : watchedAfterRollback(calibration);
  const watched = after === undefined ? [] : await readWatchedChecks(prometheus, rules, after, calibration);
  const mode = modes[0]?.labels.mode;
  return {
    mode: mode === 'auto' || mode === 'shadow' ? mode : undefined,
    checks: [...checks.flat(), ...watched],
    firing: firingAlerts(rules),
    calibration,
  };
}

/** The rows of the runbook of one deployment under observation. @throws PrometheusError */
export async function readDeploymentChecks(
  prometheus: PrometheusClient,
  rules: readonly AlertingRule[],
  { id, kind }: Pick<Deployment, 'id' | 'kind'>,
  calibration: CalibrationState,
): Promise<RunbookCheck[]> {
  const scope = await readScope(prometheus, kind, calibration, id);
  return readRunbookChecks(prometheus, rules, runbookOfKind[kind], scope);
}

async function readScope(
  prometheus: PrometheusClient,
  kind: DeploymentKind,
  calibration: CalibrationState,
  deployment: string,
): Promise<JudgedScope> {
  switch (kind) {
    case 'go-live':
      return readGoLiveScope(prometheus, deployment);
    case 'calibration':
      return { ...calibration, deployment };
    case 'production':
      return { ...wholeScope, present: (await isLogFollowed(prometheus)) ? [logInput] : [], deployment };
    case 'canary':
      return { ...wholeScope, deployment };
  }
}

/** Whether lines of the trading system's log are counted, even if there is none of a kind that matters. */
async function isLogFollowed(prometheus: PrometheusClient): Promise<boolean> {
  const names = [exporterMetric.logLines, exporterMetric.journalLines].join('|');
  return (await prometheus.query(`group(last_over_time({__name__=~"${names}"}[30s]))`)).length > 0;
}

/** The rows that are judged of a calibration after its rollback. @throws PrometheusError */
export async function readWatchedChecks(
  prometheus: PrometheusClient,
  rules: readonly AlertingRule[],
  { deployment }: CalibrationState['watched'][number],
  { present }: CalibrationState,
): Promise<RunbookCheck[]> {
  const scope = { phases: watchedPhases, inputs: [], present, deployment };
  return watchedChecks(await readRunbookChecks(prometheus, rules, runbookOfKind.calibration, scope));
}

/** After a rollback the rows of this phase are judged, and no others. */
const watchedPhases = ['A'] as const;

/** Of the rows of a runbook those that are judged after a rollback; they start nothing any more. */
export function watchedChecks(checks: readonly RunbookCheck[]): RunbookCheck[] {
  return checks.filter(isJudged).map((check) => ({ ...check, rollback: '' }));
}

function isJudged({ state, note, values }: RunbookCheck): boolean {
  if (state === 'firing' || state === 'pending') return true;
  return (state !== 'not judged' || note === notCounted) && values.some(({ value }) => value !== undefined);
}

/** What fires now, but for the alert that always does. */
export function firingAlerts(rules: readonly AlertingRule[]): FiringAlert[] {
  return firingInstances(rules).map(({ labels, annotations }) => ({
    alertname: labels.alertname ?? '',
    severity: labels.severity ?? '',
    deployment: labels.deployment ?? '',
    text: annotations.description ?? annotations.summary ?? '',
  }));
}

/**
 * The status for a terminal.
 * @param command how a command begins that it names: `redline`, with its configuration
 */
export function renderDeployStatus(status: DeployStatus, paint: Paint, command: string): string {
  const { open, judged, lastRollback, missing } = status;
  return `${[
    ...missing.map((text) => paint.bad(`Not known: ${printable(text)}`)),
    ...(missing.length === 0 ? [] : ['']),
    ...killSwitchLines(status.killSwitch, paint, command),
    ...observationLines(status, paint),
    ...afterRollbackLines(judged?.calibration, paint),
    ...preparedLines(status.prepared, command),
    ...(judged === undefined ? [] : judgedLines(judged, paint)),
    ...(open ?? []).flatMap((deployment) => baselineLines(deployment, judged?.calibration)),
    '',
    `Last rollback: ${lastRollback === undefined ? (open === undefined ? unknownText : 'none') : rollbackLine(lastRollback)}`,
  ].join('\n')}\n`;
}

function killSwitchLines(killSwitch: KillSwitch | undefined, paint: Paint, command: string): string[] {
  if (killSwitch?.on !== true) return [];
  return [
    paint.bad(`${describeKillSwitch(killSwitch)}: NOTHING is rolled back by itself.`),
    `  To take it back: ${command} kill-switch off`,
    '',
  ];
}

function observationLines({ open, lastEnded, judged, at: now }: DeployStatus, paint: Paint): string[] {
  if (open === undefined) return ['Under observation: unknown.'];
  if (open.length === 0) {
    if (lastEnded === undefined) return ['Nothing is under observation.'];
    const { kind, model, outcome, ends_at } = lastEnded;
    const ended = `${outcome ?? unknownText} ${formatTime(ends_at ?? undefined)}`.replace('_', ' ');
    return [`Nothing is under observation. Last: ${[kind, printable(model)].join(' ').trim()}, ${ended}.`];
  }
  return open.flatMap((deployment) => {
    const { id, kind, model, weight, operator, started_at, activated_at } = deployment;
    return [
      paint.strong(
        `Under observation: ${kind}${model === '' ? '' : ` ${printable(model)}`}${weight === null ? '' : ` at ${formatValue(weight, 'share')}`}`,
      ),
      `  Id         ${id}`,
      `  Since      ${formatTime(started_at)} (${formatDuration(now - started_at)})${operator === '' ? '' : `, by ${printable(operator)}`}`,
      ...(kind === 'canary'
        ? [
            `  Engine     ${activated_at === null ? paint.warn('not yet restarted with it') : `restarted ${formatTime(activated_at)}`}`,
          ]
        : []),
      `  Time left  ${timeLeft(deployment, now)}`,
      ...(kind === 'calibration' ? calibrationLines(deployment, judged?.calibration, paint) : []),
      ...(kind === 'go-live' ? goLiveLines(deployment) : []),
      `  Mode       ${modeText(judged?.mode, paint)}`,
    ];
  });
}

function timeLeft({ ends_at }: Deployment, now: number): string {
  if (ends_at === null) return 'no limit';
  return `${ends_at > now ? formatDuration(ends_at - now) : 'none, it ends now'} (until ${formatTime(ends_at)})`;
}

function modeText(mode: ReceiverMode | undefined, paint: Paint): string {
  if (mode === undefined) return paint.warn(unknownText);
  return mode === 'auto'
    ? 'auto: a violation is rolled back by itself'
    : paint.warn('shadow: a violation is recorded, NOTHING is rolled back');
}

function rollsBack({ rollback, state }: RunbookCheck): boolean {
  return rollback !== '' && state !== 'not judged';
}

function judgedLines({ checks, firing }: JudgedState, paint: Paint): string[] {
  const marks = {
    ok: paint.good('ok     '),
    pending: paint.warn('pending'),
    firing: paint.bad('FIRING '),
    unknown: paint.bad('unknown'),
    'not judged': paint.dim('-      '),
  } as const;
  const width = Math.max(0, ...checks.map(({ alertname }) => alertname.length));
  return [
    ...(checks.length === 0 ? [] : ['', 'Checks']),
    ...checks.map((check) => {
      const values = [describeValues(check), check.note].filter((text) => text !== '').join(', ');
      return `  ${marks[check.state]}  ${check.alertname.padEnd(width)}  ${values}${rollsBack(check) ? paint.dim(' rolls back') : ''}`.trimEnd();
    }),
    '',
    firing.length === 0 ? 'Firing alerts: none' : 'Firing alerts',
    ...firing.map(({ alertname, severity, deployment, text }) => {
      const colour = severity === 'critical' ? paint.bad : severity === 'warning' ? paint.warn : paint.dim;
      const of = deployment === '' ? '' : ` (${printable(deployment)})`;
      return `  ${colour(severity.padEnd(8))}  ${printable(alertname)}${of}: ${printable(text)}`;
    }),
  ];
}
