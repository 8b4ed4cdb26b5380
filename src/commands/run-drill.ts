import { setTimeout as delay } from 'node:timers/promises';
import { longestDrill, type Drill, type DrillRequest } from '../deployments/drill.js';
import { parseDuration } from '../platform/duration.js';
import { UserError } from '../platform/errors.js';
import { operatorName } from './operator.js';
import { ReceiverDown } from './receiver-client.js';
import type { Services } from './services.js';
import { note, type Progress } from './terminal.js';

const askEvery = 0.25;
/** Beyond the drill's own time, seconds: the receiver has to find that it is over. */
const patience = 15;

/**
 * What a person asks for.
 * @throws UserError where the time is none that a drill can be given
 */
export function drillOrder(timeout: string, operator: string | undefined): DrillRequest {
  const seconds = parseDuration(timeout);
  if (seconds === undefined || seconds < 1 || seconds > longestDrill) {
    throw new UserError(
      `--timeout "${timeout}" is no time for a drill: write it like 60s, from 1s to ${longestDrill}s. Its alert fires no longer.`,
    );
  }
  return { timeout_seconds: seconds, operator: operatorName(operator) };
}

/**
 * Has the receiver begin a drill, and follows it to its end.
 * @returns it; its `result` is null where the receiver did not tell its end in time
 * @throws UserError where the receiver does not answer, or refuses
 */
export async function runDrill(
  { receiver }: Services,
  order: DrillRequest,
  progress: Progress,
): Promise<Drill> {
  const begin = performance.now();
  const limit = (order.timeout_seconds + patience) * 1000;
  let drill = await receiver.startDrill(order);
  try {
    while (drill.result === null && performance.now() - begin < limit) {
      progress.waitingFor(`drill ${drill.id}: ${stageOf(drill)}`);
      await delay(askEvery * 1000);
      try {
        drill = await receiver.drill(drill.id);
      } catch (error) {
        // A receiver that is restarted meanwhile goes on with it.
        if (!(error instanceof ReceiverDown)) throw error;
      }
    }
  } finally {
    progress.done();
  }
  if (drill.result === null)
    note(`The receiver has not told how the drill ${drill.id} ended: is it still running?`);
  return drill;
}

function stageOf({ legs }: Drill): string {
  const next = legs.find(({ at }) => at === null);
  return next === undefined ? 'its end' : `to be ${next.leg}`;
}
