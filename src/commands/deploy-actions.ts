import { PrometheusError } from '../alerts/prometheus.js';
import type { Deployment, DeploymentKind, PreparedBaseline } from '../deployments/deployment.js';
import type { KillSwitch } from '../deployments/kill-switch.js';
import type { Rollback } from '../deployments/rollback.js';
import { ExitCode, UserError } from '../platform/errors.js';
import {
  readJudgedState,
  renderDeployStatus,
  type DeployStatus,
  type JudgedState,
} from '../reports/deploy-status.js';
import { openServices, type Services } from './services.js';
import { outputPaint, print, printJson } from './terminal.js';

/** `redline deploy status`. @returns 0, also when nothing is under observation; 2 when somebody could not be asked */
export async function deployStatus(configPath: string | undefined, json: boolean): Promise<ExitCode> {
  const services = openServices(configPath);
  const status = await readStatus(services);
  if (json) printJson(status);
  else print(renderDeployStatus(status, outputPaint(), services.command));
  return status.missing.length === 0 ? ExitCode.ok : ExitCode.refused;
}

/**
 * `redline deploy end`.
 * @param asked the kind that is to end; undefined: whichever is under observation
 * @throws UserError when there is none, or the receiver refuses
 */
export async function endDeployment(
  configPath: string | undefined,
  outcome: 'accepted' | 'abandoned',
  asked: DeploymentKind | undefined,
): Promise<ExitCode> {
  const { receiver, command } = openServices(configPath);
  const open = openDeployments(await receiver.deployments()).filter(
    ({ kind }) => asked === undefined || kind === asked,
  );
  // `production` has no end; where another one is under observation too, that is the one meant.
  const deployment = open.find(({ kind }) => kind !== 'production') ?? open[0];
  if (deployment === undefined) {
    throw new UserError(
      `${asked === undefined ? 'Nothing' : `No ${asked}`} is under observation: there is nothing to end.`,
      ExitCode.refused,
    );
  }
  const { id, kind, model } = deployment;
  await receiver.endDeployment(id, outcome);
  print(`The observation of ${[kind, model].join(' ').trim()} (${id}) has ended: ${outcome}.`);
  print(whatStays[kind](command));
  return ExitCode.ok;
}

/** What the end of an observation does not change, and how to undo it. */
const whatStays: Readonly<Record<DeploymentKind, (command: string) => string>> = {
  canary: (command) =>
    `Its weights stay in force and nobody watches them. To undo them: ${command} canary rollback --reason "..."`,
  calibration: (command) =>
    `Its configuration stays in force and nobody watches it. To undo it: ${command} rollback calibration --reason "..."`,
  'go-live': (command) =>
    `Real trading stays on and nobody watches it. To stop it: ${command} rollback go-live --reason "..."`,
  production: (command) =>
    `It runs on, and its alerts page people and roll nothing back. To stop it: ${command} rollback production --reason "..."`,
};

async function readStatus({ receiver, prometheus }: Services): Promise<DeployStatus> {
  const missing: string[] = [];
  const known = await askReceiver(missing, async () => ({
    deployments: await receiver.deployments(),
    rollbacks: await receiver.rollbacks(),
    prepared: await receiver.baselines(),
    killSwitch: await receiver.killSwitch(),
  }));
  const open = known === undefined ? undefined : openDeployments(known.deployments);
  const judged = await askPrometheus(missing, () => readJudgedState(prometheus, open ?? []));
  return {
    at: Date.now() / 1000,
    open,
    lastEnded: known?.deployments.find(({ outcome }) => outcome !== null),
    lastRollback: known?.rollbacks[0],
    killSwitch: known?.killSwitch,
    prepared: known?.prepared,
    judged,
    missing,
  };
}

interface Known {
  readonly deployments: readonly Deployment[];
  readonly rollbacks: readonly Rollback[];
  readonly prepared: readonly PreparedBaseline[];
  readonly killSwitch: KillSwitch;
}

async function askReceiver(missing: string[], ask: () => Promise<Known>): Promise<Known | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    missing.push(error.message);
    return undefined;
  }
}

async function askPrometheus(
  missing: string[],
  ask: () => Promise<JudgedState>,
): Promise<JudgedState | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    missing.push(error.message);
    return undefined;
  }
}

function openDeployments(deployments: readonly Deployment[]): Deployment[] {
  return deployments.filter(({ outcome }) => outcome === null);
}
