import { z } from 'zod';

/** Where a service listens. */
export const serviceAddress = z.strictObject({ host: z.string(), port: z.int().min(1).max(65_535) });

/** What a service needs to know that does nothing but answer. */
export const plainSettings = z.strictObject({
  kind: z.enum(['model_service', 'frontend']),
  address: serviceAddress,
  path: z.string(),
});
export type PlainSettings = z.infer<typeof plainSettings>;
