import { z } from 'zod';

/** Counts by pattern, as they are kept. */
export const savedPatternsSchema = z.record(
  z.string(),
  z.strictObject({
    lines: z.int().nonnegative(),
    last: z.number().optional(),
    recent: z.string(),
  }),
);
