import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/schema.js';
import type { Rollback } from '../deployments/rollback.js';
import { formatDuration } from '../platform/duration.js';
import { errorMessage, UserError } from '../platform/errors.js';
import { createLogger } from '../platform/log.js';
import { writeRollbackIncident } from '../receiver/incident-writer.js';
import type { Ledger } from '../rollback/ledger.js';
import { planTimeLimit } from '../rollback/plans.js';
import { runManualRollback, type ManualOrder } from '../rollback/manual.js';
import { operatorName } from './operator.js';
import { ReceiverDown, ReceiverRefused, type ReceiverClient } from './receiver-client.js';
import type { Services } from './services.js';
import { note, type Progress } from './terminal.js';

/** Beyond the plan's own time limits, seconds: it may have to wait for another rollback's end. */
const waitBeyondLimit = 120;
const askEvery = 0.5;
/** How long a receiver that has begun a rollback may be away before this process does it, seconds. */
const silenceTolerance = 60;

/**
 * Rolls back and waits for the end. The receiver does it; where that is down, this process does, under the same lock
 * and in the same ledger.
 * @returns the rollback as recorded; its `result` is null where the receiver did not tell its end in time
 * @throws UserError where nobody may or can do it
 */
export async function rollBack(
  { config, receiver, prometheus }: Services,
  order: ManualOrder,
  progress: Progress,
): Promise<Rollback> {
  try {
    return await follow(config, receiver, await begin(receiver, order), progress);
  } catch (error) {
    if (!(error instanceof ReceiverDown)) throw error;
    progress.done();
    note(`${error.message}\nRolling back without it, under its lock and in its ledger.`);
    progress.waitingFor(`the rollback ${order.plan}, done by this process`);
    // The receiver's log would say all of it; here the record that is printed at the end does.
    return await runManualRollback(config, order, createLogger('rollback', 'fatal'), async (ledger) => {
      progress.waitingFor('the incident file');
      await writeIncidents({ config, prometheus, ledger });
    });
  } finally {
    progress.done();
  }
}

/** Of this rollback, and of one that it took the place of. Without them the rollback is as good as with them. */
async function writeIncidents(
  parts: Pick<Services, 'config' | 'prometheus'> & { readonly ledger: Ledger },
): Promise<void> {
  try {
    for (const id of [...parts.ledger.state.awaitingIncident]) {
      const path = await writeRollbackIncident(parts, id);
      if (path !== undefined) note(`Incident file: ${path}`);
    }
  } catch (error) {
    note(
      `The incident file could not be written: ${errorMessage(error)}. The receiver tries again when it starts.`,
    );
  }
}

/** Hands the rollback over; where one of the plan runs already, that is the one to follow. */
async function begin(receiver: ReceiverClient, order: ManualOrder): Promise<Rollback> {
  try {
    return await receiver.startRollback(order.plan, order.reason, order.operator);
  } catch (error) {
    if (!(error instanceof ReceiverRefused) || error.status !== 409) throw error;
    const running = (await receiver.rollbacks()).find(
      ({ plan, result }) => plan === order.plan && result === null,
    );
    if (running === undefined) throw error;
    note(`The receiver is rolling back already (${running.id}): following that.`);
    return running;
  }
}

async function follow(
  config: Config,
  receiver: ReceiverClient,
  started: Rollback,
  progress: Progress,
): Promise<Rollback> {
  const plan = config.rollbacks[started.plan];
  const limit = waitBeyondLimit + (plan === undefined ? 0 : planTimeLimit(plan));
  const begin = performance.now();
  let rollback = started;
  let answeredAt = begin;
  while (rollback.result === null && performance.now() - begin < limit * 1000) {
    progress.waitingFor(`rollback ${rollback.id}: ${stageOf(rollback)}`);
    await delay(askEvery * 1000);
    try {
      rollback = await receiver.rollback(rollback.id);
      answeredAt = performance.now();
    } catch (error) {
      // A receiver that is restarted meanwhile takes the rollback up again.
      const silentFor = performance.now() - answeredAt;
      if (!(error instanceof ReceiverDown) || silentFor > silenceTolerance * 1000) throw error;
    }
  }
  if (rollback.result === null) {
    note(
      `The rollback ${rollback.id} has not ended after ${formatDuration(limit)}: see redline deploy status.`,
    );
  }
  return rollback;
}

function stageOf({ methods }: Rollback): string {
  const method = methods.at(-1);
  if (method === undefined) return 'its turn';
  return method.ended_at === null ? `the method ${method.name}` : `what follows the method ${method.name}`;
}

/**
 * The order that a person gave on the command line.
 * @throws UserError where the reason is empty or too long for the record
 */
export function manualOrder(plan: string, reason: string, operator: string | undefined): ManualOrder {
  const text = reason.trim();
  if (text === '') throw new UserError('--reason is empty. Say in a few words why: it goes on record.');
  if (text.length > 500) throw new UserError('--reason is longer than 500 characters: shorten it.');
  return { plan, reason: text, operator: operatorName(operator) };
}
