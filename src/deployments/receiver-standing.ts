import { z } from 'zod';

/** How a receiver stands, as `GET /api/lease` tells it. */
export const receiverStandingSchema = z.object({
  /** `single`: there is no other. It acts as `single`, `holder` of the lease, and `alone` where the store cannot be reached */
  standing: z.enum(['single', 'holder', 'standby', 'alone', 'waiting']),
  /** fencing number of the newest lease that it held or saw; 0: none */
  fence: z.number(),
  /** the other receiver, where that holds the lease */
  holder: z.object({ receiver: z.string(), url: z.string() }).nullable(),
});
export type ReceiverStanding = z.infer<typeof receiverStandingSchema>;
