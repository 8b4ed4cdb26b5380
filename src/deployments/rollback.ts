import { z } from 'zod';

/**
 * What made a rollback start. `watchdog`: nobody could be asked any more. `recovery` is told to the scripts when an
 * interrupted one is run again.
 */
export const triggerSource = z.enum(['webhook', 'reconciliation', 'watchdog', 'manual', 'recovery']);
export type TriggerSource = z.infer<typeof triggerSource>;

/** `auto` acts; `shadow` decides and records, and runs nothing. */
export const receiverMode = z.enum(['auto', 'shadow']);
export type ReceiverMode = z.infer<typeof receiverMode>;

/** An alert as a script gets it: texts shortened, never more than a few dozen. */
export const alertSummary = z.object({
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
});
export type AlertSummary = z.infer<typeof alertSummary>;

/** Why a rollback was started. */
export const triggerSchema = z.object({
  source: triggerSource,
  /** null for a rollback by hand */
  alertname: z.string().nullable(),
  /** the alert's own words, with value and limit */
  description: z.string(),
  /** what a person gave as reason; for an alert its description */
  reason: z.string(),
  operator: z.string(),
  /** when the alert began, Unix seconds; null where unknown */
  startsAt: z.number().nullable(),
  /** the rule's expression, null where unknown */
  expression: z.string().nullable(),
  /** SHA-256 of the webhook's body, null where none brought it */
  payload_sha256: z.string().nullable(),
  /** when the receiver was told, Unix seconds; absent for a rollback by hand, and in ledgers older than the field */
  received_at: z.number().optional(),
  alert: alertSummary.nullable(),
});
export type Trigger = z.infer<typeof triggerSchema>;

/** What one check of the actual state found. */
export const checkResult = z.object({ check: z.string(), ok: z.boolean(), detail: z.string() });
export type CheckResult = z.infer<typeof checkResult>;

/** How a command ended. */
export const commandResult = z.object({
  /** null: ended by a signal, or never started */
  exit_code: z.number().nullable(),
  signal: z.string().nullable(),
  timed_out: z.boolean(),
  /** why it could not be started; empty where it was */
  error: z.string(),
  /** standard output and error, first and last part */
  output: z.string(),
  output_truncated: z.boolean(),
});
export type CommandResult = z.infer<typeof commandResult>;

/** One method of a plan, as it ran; nulls until it has ended. */
export const methodRunSchema = commandResult.extend({
  name: z.string(),
  argv: z.array(z.string()),
  started_at: z.number(),
  ended_at: z.number().nullable(),
  /** when its command had ended with exit 0 and verification began; absent where it did not */
  exited_at: z.number().optional(),
  verification: z.array(checkResult),
});
export type MethodRun = z.infer<typeof methodRunSchema>;

/** A further violation of the same deployment. */
export const evidenceSchema = z.object({
  alertname: z.string(),
  description: z.string(),
  first_seen: z.number(),
});

/** A rollback as the API tells it. Times are Unix seconds. */
export const rollbackSchema = z.object({
  id: z.string(),
  plan: z.string(),
  /** `none` for a rollback by hand without any deployment */
  deployment: z.string(),
  trigger: triggerSchema,
  mode: receiverMode,
  started_at: z.number(),
  ended_at: z.number().nullable(),
  /** null while it runs or waits for its turn */
  result: z.enum(['succeeded', 'failed', 'shadow']).nullable(),
  /** what is worth knowing of how it ended, e.g. that it was recovered; else empty */
  note: z.string(),
  methods: z.array(methodRunSchema),
  evidence: z.array(evidenceSchema),
});
export type Rollback = z.infer<typeof rollbackSchema>;

/** The deployment of a rollback that belongs to none. */
export const noDeployment = 'none';
