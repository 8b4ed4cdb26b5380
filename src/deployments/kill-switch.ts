import { z } from 'zod';

/** The kill switch as the API tells it: while it is on, no alert starts a rollback. */
export const killSwitchSchema = z.object({
  on: z.boolean(),
  /** what a person gave as reason; may be empty once it is off */
  reason: z.string(),
  operator: z.string(),
  /** since when it is so, Unix seconds; null: it was never set */
  since: z.number().nullable(),
});
export type KillSwitch = z.infer<typeof killSwitchSchema>;

/** As it is before anybody has touched it. */
export const neverSet: KillSwitch = { on: false, reason: '', operator: '', since: null };

/** Body of `POST /api/kill-switch`. To set it takes a reason; to take it back does not. */
export const killSwitchRequest = z
  .strictObject({
    on: z.boolean(),
    reason: z.string().max(500).default(''),
    operator: z.string().max(128).default(''),
  })
  .refine(({ on, reason }) => !on || reason.trim() !== '', { path: ['reason'], error: 'is missing' });
/** What a person asks for. */
export type KillSwitchOrder = z.output<typeof killSwitchRequest>;
