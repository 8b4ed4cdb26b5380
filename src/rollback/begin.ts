import type { Violation } from '../alerts/violation.js';
import type { Deployment } from '../deployments/deployment.js';
import { uniqueId } from '../deployments/identifiers.js';
import {
  noDeployment,
  type AlertSummary,
  type ReceiverMode,
  type Trigger,
  type TriggerSource,
} from '../deployments/rollback.js';
import { unixNow } from '../platform/clock.js';
import { soleAuthority, type Authority } from './authority.js';
import type { Ledger } from './ledger.js';
import type { Fact } from './records.js';

/** Labels and annotations kept of an alert, and characters of each. */
const keptTexts = 40;
const keptCharacters = 1000;

export interface RollbackOrder {
  readonly plan: string;
  /** undefined: it belongs to none */
  readonly deployment: Deployment | undefined;
  /** id of the drill that it belongs to, which is no deployment */
  readonly drill?: string;
  readonly trigger: Trigger;
  readonly mode: ReceiverMode;
}

/**
 * Records that a rollback begins, and with it the end of its deployment. Only then may anything run. In shadow mode
 * it is over at once and the deployment goes on.
 * @param authority of the receiver that begins it
 * @returns the rollback's id
 * @throws NotInCharge where another receiver is to do it; the Node system error when the ledger cannot be written; then
 * nothing has begun
 */
export async function beginRollback(
  ledger: Ledger,
  order: RollbackOrder,
  authority: Authority = soleAuthority,
): Promise<string> {
  const now = unixNow();
  const deployment = order.drill ?? order.deployment?.id ?? noDeployment;
  // Scripts that outlive their receiver are known by this id, so no other receiver of this machine may have the same.
  const id = authority.announcedId(order.plan, deployment) ?? uniqueId([order.plan], now);
  const started: Fact = {
    type: 'rollback_started',
    rollback: id,
    plan: order.plan,
    deployment,
    mode: order.mode,
    trigger: order.trigger,
  };
  if (order.mode === 'shadow') {
    await ledger.append(started, {
      type: 'rollback_finished',
      rollback: id,
      result: 'shadow',
      note: 'shadow mode: decided and recorded, nothing was run',
    });
  } else {
    const facts = [started, ...endOfDeployment(order.deployment, now)];
    await authority.announce(facts);
    try {
      await ledger.append(...facts);
    } catch (error) {
      authority.notRecorded();
      throw error;
    }
  }
  return id;
}

/** A deployment that is rolled back is over; one that somebody accepted or abandoned before keeps its outcome. */
export function endOfDeployment(deployment: Deployment | undefined, now: number): Fact[] {
  if (deployment === undefined) return [];
  const { id, outcome, ends_at } = deployment;
  if (outcome !== null && outcome !== 'completed') return [];
  const at = outcome === 'completed' ? (ends_at ?? now) : now;
  return [{ type: 'deployment_ended', deployment: id, at, outcome: 'rolled_back' }];
}

/** How an alert came in. */
export interface Receipt {
  readonly source: Extract<TriggerSource, 'webhook' | 'reconciliation' | 'watchdog'>;
  /** SHA-256 of the webhook that brought it, null where none did */
  readonly payloadDigest: string | null;
  /** Unix seconds */
  readonly receivedAt: number;
}

/** The trigger of a rollback that an alert starts. */
export function triggerOfViolation(violation: Violation, receipt: Receipt): Trigger {
  const { source, payloadDigest, receivedAt } = receipt;
  const description = describeViolation(violation);
  return {
    source,
    alertname: violation.alertname,
    description,
    reason: description,
    operator: '',
    startsAt: violation.startsAt,
    expression: violation.expression?.slice(0, 4 * keptCharacters) ?? null,
    payload_sha256: payloadDigest,
    received_at: receivedAt,
    alert: summarise(violation),
  };
}

/** The alert's own words, which hold the value and the limit. */
export function describeViolation({ annotations, alertname }: Violation): string {
  return (annotations.description ?? annotations.summary ?? alertname).slice(0, keptCharacters);
}

function summarise({ labels, annotations }: Violation): AlertSummary {
  return { labels: shorten(labels), annotations: shorten(annotations) };
}

function shorten(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts)
      .slice(0, keptTexts)
      .map(([name, text]) => [name.slice(0, keptCharacters), text.slice(0, keptCharacters)]),
  );
}
