import { z } from 'zod';
import { baselineSchema } from '../deployments/baseline.js';
import {
  completionResult,
  deploymentKind,
  deploymentOutcome,
  deploymentSchema,
} from '../deployments/deployment.js';
import { drillFinding, drillSource } from '../deployments/drill.js';
import { promotionSchema } from '../deployments/promotion.js';
import { quickCheck } from '../platform/quick-check.js';
import { checkResult, commandResult, receiverMode, triggerSchema } from '../deployments/rollback.js';

/** What Redline did or decided, one type a kind of fact. Times are Unix seconds. */
export const factSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('cutover_registered'), cutover: z.number() }),
  /** what was measured before a change; the next deployment of the kind takes it up */
  z.object({
    type: z.literal('baseline_prepared'),
    kind: deploymentKind,
    operator: z.string(),
    baseline: baselineSchema,
  }),
  z.object({ type: z.literal('deployment_started'), deployment: deploymentSchema }),
  z.object({ type: z.literal('deployment_activated'), deployment: z.string(), at: z.number() }),
  z.object({
    type: z.literal('deployment_ended'),
    deployment: z.string(),
    at: z.number(),
    outcome: deploymentOutcome,
  }),
  /** a condition that held at the deployment's start and was accepted has been false: from here on its alert counts */
  z.object({ type: z.literal('acceptance_ended'), deployment: z.string(), alertname: z.string() }),
  /** a restart that Redline made, or had made by a plan */
  z.object({ type: z.literal('restart'), role: z.literal('engine'), at: z.number() }),
  z.object({
    type: z.literal('rollback_started'),
    rollback: z.string(),
    plan: z.string(),
    deployment: z.string(),
    mode: receiverMode,
    trigger: triggerSchema,
  }),
  /** an interrupted rollback whose work was not known to be done: its methods run again */
  z.object({ type: z.literal('rollback_resumed'), rollback: z.string(), note: z.string() }),
  z.object({
    type: z.literal('method_started'),
    rollback: z.string(),
    name: z.string(),
    argv: z.array(z.string()),
    /** where its supervisor writes how it ended; absent in ledgers older than the field */
    outcome_file: z.string().optional(),
  }),
  /** a method ended with exit 0 in its time; what it was to reach is looked at next */
  commandResult.extend({ type: z.literal('method_exited'), rollback: z.string(), name: z.string() }),
  commandResult.extend({
    type: z.literal('method_finished'),
    rollback: z.string(),
    name: z.string(),
    verification: z.array(checkResult),
  }),
  z.object({
    type: z.literal('rollback_finished'),
    rollback: z.string(),
    result: z.enum(['succeeded', 'failed', 'shadow']),
    note: z.string(),
    /** an incident file is to be written of it; absent for shadow mode, and in ledgers older than these files */
    incident: z.literal('due').optional(),
  }),
  z.object({ type: z.literal('incident_written'), rollback: z.string(), file: z.string() }),
  /** a further violation of a deployment whose rollback had started */
  z.object({
    type: z.literal('evidence_added'),
    rollback: z.string(),
    alertname: z.string(),
    description: z.string(),
    payload_sha256: z.string().nullable(),
  }),
  /** an alert that started nothing, and why; once per alert, deployment and reason; of no deployment once each time that it begins, and an hour apart */
  z.object({
    type: z.literal('violation_ignored'),
    alertname: z.string(),
    plan: z.string(),
    deployment: z.string(),
    reason: z.string(),
  }),
  /** a person stops automatic rollbacks, or lets them start again */
  z.object({
    type: z.literal('kill_switch'),
    on: z.boolean(),
    reason: z.string(),
    operator: z.string(),
  }),
  /** every acceptance threshold held over a window: what a trading system needs to go from paper to live */
  promotionSchema.omit({ passed_at: true }).extend({ type: z.literal('promotion_passed') }),
  z.object({
    type: z.literal('monitoring_completed'),
    deployment: z.string(),
    result: completionResult,
    /** evaluations of the rules during the observation; null where Prometheus does not know */
    checks_performed: z.number().nullable(),
  }),
  z.object({
    type: z.literal('drill_started'),
    drill: z.string(),
    at: z.number(),
    source: drillSource,
    operator: z.string(),
    timeout_seconds: z.number(),
  }),
  /** the first webhook that brought a drill's alert, whatever started its plan */
  z.object({
    type: z.literal('drill_delivered'),
    drill: z.string(),
    at: z.number(),
    payload_sha256: z.string().nullable(),
  }),
  drillFinding.extend({ type: z.literal('drill_finished'), drill: z.string() }),
]);
export type Fact = z.infer<typeof factSchema>;

/** Where another receiver of a pair recorded a fact first. */
export const originSchema = z.object({
  /** its `receiver.name` */
  receiver: z.string(),
  /** position in its ledger; null where it was told before it was written there */
  seq: z.number().nullable(),
  /** position in the stream by which the pair tells each other */
  entry: z.string(),
});
export type Origin = z.infer<typeof originSchema>;

/** Every type of fact. */
export const factTypes: ReadonlySet<string> = new Set(
  factSchema.options.map(({ shape }) => shape.type.value),
);

const isUsualFact = quickCheck(factSchema);

/** True for what is a fact as it stands; false where only the schema can tell. Every record passes here at the start. */
export function isFact<T>(value: T): value is T & Fact {
  return isUsualFact(value);
}

/** Where a fact stands in the ledger. */
export interface Link {
  /** position in the ledger, from 1 */
  readonly seq: number;
  /** when it was recorded, Unix seconds */
  readonly time: number;
  /** fencing number of the lease under which it was written; 0: by a receiver without a lease, or older than the field */
  readonly fence: number;
  /** absent for what this receiver did or decided itself */
  readonly origin?: Origin | undefined;
  /** hash of the record before; 64 zeros for the first */
  readonly prev: string;
  /** SHA-256 of the record's line without this field */
  readonly hash: string;
}

/** A fact at its place in the ledger. */
export type LedgerRecord = Fact & Link;

/** As it may stand in a ledger that is older than the fencing number. */
type AnyLink = Omit<Link, 'fence'> & Partial<Pick<Link, 'fence'>>;

/** Written out: every record of a long ledger passes here at the start, and its values are compared anyway. */
export function isLink(value: unknown): value is AnyLink {
  if (typeof value !== 'object' || value === null) return false;
  const { seq, time, fence, origin, prev, hash } = value as Partial<Record<keyof Link, unknown>>;
  return (
    typeof seq === 'number' &&
    typeof time === 'number' &&
    (fence === undefined || typeof fence === 'number') &&
    (origin === undefined || originSchema.safeParse(origin).success) &&
    typeof prev === 'string' &&
    typeof hash === 'string'
  );
}

/** Whether it says under which lease it was written. */
export function isFenced(link: AnyLink): link is Link {
  return link.fence !== undefined;
}
