import type { Config } from '../config/schema.js';
import type { KillSwitch, KillSwitchOrder } from '../deployments/kill-switch.js';
import { UserError } from '../platform/errors.js';
import { createLogger } from '../platform/log.js';
import { describeKillSwitch } from '../reports/kill-switch.js';
import { setKillSwitchByHand } from '../rollback/kill-switch.js';
import { operatorName } from './operator.js';
import { ReceiverDown } from './receiver-client.js';
import { openServices, type Services } from './services.js';
import { note, print, printJson } from './terminal.js';

/** As it was typed. */
export interface TypedOrder {
  readonly on: boolean;
  readonly reason: string;
  readonly operator: string | undefined;
}

/**
 * `redline kill-switch on | off`. The receiver does it; where that is down, this process does, under the same lock and in
 * the same ledger.
 * @throws UserError where the reason is empty or too long for the record, and where nobody may or can do it
 */
export async function changeKillSwitch(
  configPath: string | undefined,
  typed: TypedOrder,
  json: boolean,
): Promise<void> {
  const services = openServices(configPath);
  const order = orderOf(typed);
  const now = await withoutReceiver(services, order, () => services.receiver.setKillSwitch(order));
  if (json) printJson(now);
  else print(`${describeKillSwitch(now)}\n${order.on ? whileOn(services) : onceOff}`);
}

/** `redline kill-switch status`. */
export async function printKillSwitch(configPath: string | undefined, json: boolean): Promise<void> {
  const services = openServices(configPath);
  const now = await withoutReceiver(services, undefined, () => services.receiver.killSwitch());
  if (json) printJson(now);
  else print(describeKillSwitch(now));
}

function whileOn({ command }: Services): string {
  return `Nothing is rolled back by itself until: ${command} kill-switch off. By hand: ${command} rollback PLAN --reason "..."`;
}

const onceOff = 'Violations are rolled back by themselves, also those that fire already.';

async function withoutReceiver(
  { config }: { readonly config: Config },
  order: KillSwitchOrder | undefined,
  askReceiver: () => Promise<KillSwitch>,
): Promise<KillSwitch> {
  try {
    return await askReceiver();
  } catch (error) {
    if (!(error instanceof ReceiverDown)) throw error;
    note(`${error.message}\nUsing its ledger, under its lock.`);
    return setKillSwitchByHand(config, order, createLogger('kill-switch', 'warn'));
  }
}

function orderOf({ on, reason, operator }: TypedOrder): KillSwitchOrder {
  const text = reason.trim();
  if (on && text === '') throw new UserError('--reason is empty. Say in a few words why: it goes on record.');
  if (text.length > 500) throw new UserError('--reason is longer than 500 characters: shorten it.');
  return { on, reason: text, operator: operatorName(operator) };
}
