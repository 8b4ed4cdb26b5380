import { z } from 'zod';
import { goLiveCounters } from '../names.js';
import { baselineSchema } from './baseline.js';

/** What can be under observation. Of the first three, one at a time; `production` has no end. */
export const deploymentKind = z.enum(['calibration', 'canary', 'go-live', 'production']);
export type DeploymentKind = z.infer<typeof deploymentKind>;

/** How a deployment's observation ended: `completed` is by time. */
export const deploymentOutcome = z.enum(['completed', 'rolled_back', 'accepted', 'abandoned']);
export type DeploymentOutcome = z.infer<typeof deploymentOutcome>;

/** What an observation that ended by time amounts to. Only `no_violations` is a pass. */
export const completionResult = z.enum(['no_violations', 'violations', 'insufficient_telemetry', 'unknown']);
export type CompletionResult = z.infer<typeof completionResult>;

/** What a counter of the backend stood at when a go-live began: only its growth since then is judged. */
export const startValueSchema = z.strictObject({
  counter: z.enum(goLiveCounters),
  value: z.number().nonnegative(),
});
export type StartValue = z.output<typeof startValueSchema>;

/** A declared deployment. Times are Unix seconds. */
export const deploymentSchema = z.object({
  id: z.string(),
  kind: deploymentKind,
  /** the model that a canary gives weight to; empty for kinds without one */
  model: z.string(),
  operator: z.string(),
  started_at: z.number(),
  /** when its record was written, later than its start where it was under way already; null in what an older receiver says */
  declared_at: z.number().nullable().default(null),
  /** planned end of the observation, the actual one once it has ended; null: no limit */
  ends_at: z.number().nullable(),
  settle_seconds: z.number(),
  /** a canary's cutover: the one that its gate passed */
  cutover: z.number().nullable(),
  /** share of the decisions that a canary's model gets, 0-1 */
  weight: z.number().nullable(),
  /** when the engine ran with the change; null until then */
  activated_at: z.number().nullable(),
  outcome: deploymentOutcome.nullable(),
  /** how an observation that ended by time was judged; null until then (and in ledgers older than the field) */
  completion: completionResult.nullable().default(null),
  /** what was measured before a calibration; null for other kinds */
  baseline: baselineSchema.nullable().default(null),
  /** alerts whose condition held at the start and was accepted: each starts nothing until it has been false once, and then leaves this list */
  accepted: z.array(z.string()).default([]),
  /** each counter that a go-live is judged by, as it stood at its start; empty for other kinds */
  start_values: z.array(startValueSchema).default([]),
});
export type Deployment = z.infer<typeof deploymentSchema>;

/** Body of `POST /api/deployments`. */
export const startDeploymentRequest = z.strictObject({
  kind: deploymentKind,
  model: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{0,64}$/, 'letters, digits, _ . and -, at most 64')
    .default(''),
  operator: z.string().max(128).default(''),
  cutover: z.number().positive().nullable().default(null),
  weight: z.number().gt(0).max(1).nullable().default(null),
  /** length of the observation, seconds, at most 72 h (the rules look back no further); of `production` none, as that has no end */
  observation_seconds: z
    .number()
    .positive()
    .max(72 * 3600)
    .nullable()
    .default(null),
  settle_seconds: z.number().nonnegative(),
  /** when a calibration began, Unix seconds, that is under way already; null: now */
  started_at: z.number().positive().nullable().default(null),
  baseline: baselineSchema.nullable().default(null),
  /** alerts that hold already and are to start nothing until they have been false once */
  accepted: z.array(z.string().max(128)).max(50).default([]),
  /** of a go-live each of its counters, of other kinds none */
  start_values: z.array(startValueSchema).max(goLiveCounters.length).default([]),
});
export type StartDeploymentRequest = z.output<typeof startDeploymentRequest>;
/** The same as it is sent: what has a default may be left out. */
export type StartDeploymentOrder = z.input<typeof startDeploymentRequest>;

/** Body of `POST /api/deployments/ID/activated`: the engine was restarted by Redline and runs with the change. */
export const activatedRequest = z.strictObject({ at: z.number().positive() });

/** Body of `POST /api/deployments/ID/end`: a person ends the observation. */
export const endDeploymentRequest = z.strictObject({ outcome: z.enum(['accepted', 'abandoned']) });

/** Body of `POST /api/cutover`: the time from which the gate judges events, Unix seconds. */
export const cutoverRequest = z.strictObject({ cutover: z.number().positive() });

/** Body of `POST /api/baselines`: what was measured before a change; the next deployment of the kind takes it up. */
export const prepareRequest = z.strictObject({
  kind: z.literal('calibration'),
  operator: z.string().max(128).default(''),
  baseline: baselineSchema,
});
export type PrepareRequest = z.infer<typeof prepareRequest>;

/** A baseline that waits for its deployment, as `GET /api/baselines` tells it: the newest of its kind. Times are Unix seconds. */
export const preparedBaselineSchema = z.object({
  kind: deploymentKind,
  operator: z.string(),
  prepared_at: z.number(),
  baseline: baselineSchema,
});
export type PreparedBaseline = z.infer<typeof preparedBaselineSchema>;

/** Body of `POST /api/rollbacks`: a rollback by hand. */
export const manualRollbackRequest = z.strictObject({
  plan: z.string(),
  reason: z.string().min(1).max(500),
  operator: z.string().max(128).default(''),
});
