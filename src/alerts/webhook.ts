import { z } from 'zod';

const labels = z.record(z.string(), z.string());

/** One alert of a webhook. Times are kept as Alertmanager writes them: what cannot be read must not lose the alert. */
export const webhookAlert = z.object({
  status: z.enum(['firing', 'resolved']),
  labels,
  annotations: labels.default({}),
  startsAt: z.string().default(''),
  endsAt: z.string().default(''),
  generatorURL: z.string().default(''),
});
export type WebhookAlert = z.infer<typeof webhookAlert>;

/** What Alertmanager POSTs (webhook version 4). Fields that newer versions add are let through and dropped. */
export const webhookPayload = z.object({
  version: z.literal('4'),
  status: z.enum(['firing', 'resolved']),
  receiver: z.string().default(''),
  alerts: z.array(webhookAlert).min(1),
});
