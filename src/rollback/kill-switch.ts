import type { Config } from '../config/schema.js';
import type { KillSwitch, KillSwitchOrder } from '../deployments/kill-switch.js';
import { ExclusiveLock } from '../platform/exclusive-lock.js';
import type { Logger } from '../platform/log.js';
import { Ledger, ledgerPath } from './ledger.js';
import { lockPath } from './manual.js';

/**
 * Puts on record that a person sets the kill switch or takes it back. To take back what is not set records nothing.
 * @returns how it is now
 * @throws the Node system error when the ledger cannot be written; then nothing has changed
 */
export async function setKillSwitch(ledger: Ledger, order: KillSwitchOrder): Promise<KillSwitch> {
  if (order.on || ledger.state.killSwitch.on) await ledger.append({ type: 'kill_switch', ...order });
  return ledger.state.killSwitch;
}

/**
 * The same without a receiver, under its lock and in its ledger.
 * @param order undefined: only says how it is
 * @throws UserError when a receiver runs (ask it instead) or the ledger is not whole
 */
export async function setKillSwitchByHand(
  config: Config,
  order: KillSwitchOrder | undefined,
  logger: Logger,
): Promise<KillSwitch> {
  const { directory } = config.state;
  const lock = await ExclusiveLock.acquire(lockPath(directory), 'redline kill-switch');
  try {
    const ledger = await Ledger.open(ledgerPath(directory), logger);
    try {
      return order === undefined ? ledger.state.killSwitch : await setKillSwitch(ledger, order);
    } finally {
      await ledger.close();
    }
  } finally {
    await lock.release();
  }
}
