import type { KillSwitch, KillSwitchOrder } from '../deployments/kill-switch.js';
import type { Logger } from '../platform/log.js';
import type { Mutex } from '../platform/mutex.js';
import { setKillSwitch } from '../rollback/kill-switch.js';
import type { Ledger } from '../rollback/ledger.js';

export interface KillSwitchParts {
  readonly ledger: Ledger;
  readonly mutex: Mutex;
  readonly logger: Logger;
}

/**
 * Sets the kill switch or takes it back, in turn with the decisions, so that none is half under it.
 * @returns how it is now
 * @throws the Node system error when the ledger cannot be written; then nothing has changed
 */
export async function orderKillSwitch(
  { ledger, mutex, logger }: KillSwitchParts,
  order: KillSwitchOrder,
): Promise<KillSwitch> {
  const killSwitch = await mutex.run(() => setKillSwitch(ledger, order));
  logger.warn({ kill_switch: killSwitch }, order.on ? 'kill switch set' : 'kill switch taken back');
  return killSwitch;
}
