import { z } from 'zod';
import { triggerSource } from './rollback.js';

/** The way of a drill, in its order: each leg ends at the time that is told of it. */
export const drillLegs = [
  'written',
  'scraped',
  'evaluated',
  'delivered',
  'decided',
  'started',
  'done',
  'verified',
] as const;
export const drillLeg = z.enum(drillLegs);
export type DrillLeg = z.infer<typeof drillLeg>;

/** The end of a leg. */
export const drillStep = z.object({
  leg: drillLeg,
  /** Unix seconds; null: it never came, or not yet, or nobody could say when */
  at: z.number().nullable(),
  /** seconds since the end of the leg before it; null where one of the two is not known, and for the first */
  after: z.number().nullable(),
});
export type DrillStep = z.infer<typeof drillStep>;

/** Who asked for a drill. */
export const drillSource = z.enum(['command', 'schedule']);
export type DrillSource = z.infer<typeof drillSource>;

/** `not_run`: all came as far as the decision, which was to run nothing (shadow mode). */
export const drillResult = z.enum(['succeeded', 'failed', 'not_run']);
export type DrillResult = z.infer<typeof drillResult>;

/** What a drill amounts to. */
export const drillFinding = z.object({
  result: drillResult,
  /** the first leg that never came; null where none is missing, or the decision was to run nothing */
  missing: drillLeg.nullable(),
  /** what is worth knowing beside that; else empty */
  note: z.string(),
  /** what told the receiver first, and so started the plan; null where nothing did */
  trigger: triggerSource.nullable(),
  /** id of the rollback of the plan `drill`; null where none began */
  rollback: z.string().nullable(),
  legs: z.array(drillStep),
});
export type DrillFinding = z.infer<typeof drillFinding>;

/** A drill as the API tells it. Times are Unix seconds. */
export const drillSchema = drillFinding.extend({
  id: z.string(),
  source: drillSource,
  operator: z.string(),
  started_at: z.number(),
  /** when whatever is missing by then has failed */
  timeout_seconds: z.number(),
  /** null while it is under way */
  ended_at: z.number().nullable(),
  /** null while it is under way */
  result: drillResult.nullable(),
});
export type Drill = z.infer<typeof drillSchema>;

/** Longest time that a drill may be given, seconds: its alert fires no longer. */
export const longestDrill = 120;
/** Time that a drill is given where nobody says otherwise, seconds. */
export const usualDrill = 60;

/** Body of `POST /api/drills`. */
export const drillRequest = z.strictObject({
  operator: z.string().max(128).default(''),
  timeout_seconds: z.number().min(1).max(longestDrill).default(usualDrill),
});
export type DrillRequest = z.output<typeof drillRequest>;
