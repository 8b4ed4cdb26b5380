import { z } from 'zod';
import { acceptanceAlerts } from '../names.js';

/** Modes of the backend, as its health says; `unknown`: nobody knows. */
export const tradingMode = z.enum(['paper', 'live', 'other', 'unknown']);
export type TradingMode = z.infer<typeof tradingMode>;

/** Shortest window that can be judged, seconds: the rules look back as far. */
export const shortestWindow = 3600;

/** One value that an acceptance threshold judged over a window. */
export const promotionValueSchema = z.object({
  /** the threshold, by its alert */
  alertname: z.enum(acceptanceAlerts),
  /** the annotation of its rule that asks for it; left out in records of earlier versions */
  query: z.enum(['query', 'query_2']).optional(),
  /** what it is of, where a threshold has several; else empty */
  of: z.string(),
  /** at the end of the window; null: nobody knew */
  value: z.number().nullable(),
  /** highest of the window */
  worst: z.number().nullable(),
  limit: z.number().nullable(),
  /** share of the window for which it and its limit were known, 0-1 */
  known: z.number(),
});
export type PromotionValue = z.output<typeof promotionValueSchema>;

/** Body of `POST /api/promotions`: every acceptance threshold held over a window. */
export const promotionRequest = z.strictObject({
  operator: z.string().max(128).default(''),
  /** length of the window, seconds */
  window_seconds: z.number().positive(),
  trading_mode: tradingMode,
  values: z
    .array(promotionValueSchema.extend({ of: z.string().max(200), known: z.number().min(0).max(1) }))
    .max(50),
});
export type PromotionRequest = z.output<typeof promotionRequest>;

/** A pass, as `GET /api/promotions` tells it. */
export const promotionSchema = z.object({
  operator: z.string(),
  window_seconds: z.number(),
  trading_mode: tradingMode,
  values: z.array(promotionValueSchema),
  /** when it was put on record, Unix seconds */
  passed_at: z.number(),
});
export type Promotion = z.output<typeof promotionSchema>;

/**
 * The newest pass that was taken on paper: one that was taken while trading live came too late to count.
 * @param promotions newest first
 */
export function newestOnPaper(promotions: readonly Promotion[]): Promotion | undefined {
  return promotions.find((pass) => pass.trading_mode === 'paper');
}
