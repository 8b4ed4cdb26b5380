import { z } from 'zod';

/** How the backend behaves. */
export const backendConduct = z.strictObject({
  /** result of the day, percent of the portfolio; a gain is above 0 */
  dailyResult: z.number(),
  /** positions that are open, each of another symbol */
  openPositions: z.int().min(0).max(3),
  /** of every open position */
  leverage: z.number().positive(),
  /** from the peak, ratio of it */
  drawdown: z.number().min(0).max(1),
  /** whether the circuit breaker of an exchange is open */
  breakerOpen: z.boolean(),
  /** whether every run of a scheduled job fails */
  jobFails: z.boolean(),
  /** whether it takes more than a second for every answer */
  slow: z.boolean(),
  /** share of its callers' requests that it answers with 500 */
  failing: z.number().min(0).max(1),
  /** share of its rate limit that its callers use at least */
  limitUsed: z.number().min(0).max(1),
  /** whether critical errors occur */
  criticalErrors: z.boolean(),
  /** whether it fails over to another exchange */
  failovers: z.boolean(),
});
export type BackendConduct = z.infer<typeof backendConduct>;

export const healthyBackend: BackendConduct = {
  dailyResult: 0.12,
  openPositions: 1,
  leverage: 1,
  drawdown: 0.021,
  breakerOpen: false,
  jobFails: false,
  slow: false,
  failing: 0,
  limitUsed: 0,
  criticalErrors: false,
  failovers: false,
};
