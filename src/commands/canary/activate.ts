import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Deployment } from '../../deployments/deployment.js';
import { isoTime, unixNow } from '../../platform/clock.js';
import { errorMessage } from '../../platform/errors.js';
import { writeFileAtomically } from '../../platform/files.js';
import type { ManualOrder } from '../../rollback/manual.js';
import type { Services } from '../services.js';
import type { Interruption } from './interruption.js';
import type { CanaryPlan } from './plan.js';
import { canaryRollbackPlan } from './preflight.js';

/** What the gate said that let this canary pass. */
export interface GatePass {
  /** Unix seconds */
  readonly cutover: number;
  readonly events: number | undefined;
}

export interface ActivatedCanary {
  readonly deployment: Deployment;
  readonly restartSeen: boolean;
}

/** An activation that was begun and could not be finished; the rollback that undoes it is to be handed over. */
export class ActivationFailed extends Error {
  readonly order: ManualOrder;

  constructor(reason: string, operator: string) {
    super(reason);
    this.order = { plan: canaryRollbackPlan, reason: `activation failed: ${reason}`.slice(0, 500), operator };
  }
}

/**
 * Activates a canary: declares it, writes its files, restarts the engine with them and puts it on record.
 * @param rollbackCommand for the record
 * @param interruption noticed between the steps; stays the caller's to end
 * @throws UserError when the receiver refuses the declaration; nothing has changed then
 * @throws ActivationFailed when a later step fails or somebody interrupts; the state is half of one and half of the other
 */
export async function activate(
  { receiver, config }: Services,
  plan: CanaryPlan,
  gate: GatePass,
  rollbackCommand: string,
  interruption: Interruption,
): Promise<ActivatedCanary> {
  const deployment = await receiver.startDeployment({
    kind: 'canary',
    model: plan.model,
    operator: plan.operator,
    cutover: gate.cutover,
    weight: plan.share,
    observation_seconds: plan.observationSeconds,
    settle_seconds: plan.settleSeconds,
  });
  try {
    for (const { path, content } of plan.files) {
      interruption.throwIfHappened();
      await writeFileAtomically(path, content);
    }
    interruption.throwIfHappened();
    const restart = await plan.engine.restart(interruption.happened);
    interruption.throwIfHappened();
    await receiver.activated(deployment.id, unixNow());
    await appendLine(config.files.canary_log, activationRecord(plan, gate, rollbackCommand));
    return { deployment, restartSeen: restart === 'seen' };
  } catch (error) {
    throw new ActivationFailed(errorMessage(error), plan.operator);
  }
}

function activationRecord(plan: CanaryPlan, gate: GatePass, rollbackCommand: string): unknown {
  return {
    action: 'canary_activated',
    timestamp: isoTime(unixNow()),
    canary_model: plan.model,
    canary_weight: plan.share,
    weights: Object.fromEntries(plan.weights),
    cutover_ts: isoTime(gate.cutover),
    quality_gate_events: gate.events ?? null,
    monitoring_duration_hours: plan.observationSeconds / 3600,
    rollback_cmd: rollbackCommand,
  };
}

/** Adds one JSON line, in one write, durably. */
async function appendLine(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'a', 0o644);
  try {
    await file.appendFile(`${JSON.stringify(value)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}
