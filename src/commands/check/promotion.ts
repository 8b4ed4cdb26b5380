import { PrometheusError, type PrometheusClient } from '../../alerts/prometheus.js';
import { newestOnPaper } from '../../deployments/promotion.js';
import { UserError } from '../../platform/errors.js';
import type { CheckLine } from '../../reports/check-lines.js';
import { promotionLine } from '../../reports/promotion-text.js';
import { readTradingMode } from '../../reports/promotion.js';
import type { ReceiverClient } from '../receiver-client.js';

/**
 * Whether real money is traded with without a pass on record.
 * @returns nothing where nobody knows the mode, or the receiver does not say, which is told where that is looked at
 */
export async function checkPromotionRecord(
  prometheus: PrometheusClient,
  receiver: ReceiverClient,
): Promise<CheckLine[]> {
  try {
    const mode = await readTradingMode(prometheus);
    if (mode === 'unknown') return [];
    return [promotionLine(mode, newestOnPaper(await receiver.promotions()))];
  } catch (error) {
    if (error instanceof PrometheusError || error instanceof UserError) return [];
    throw error;
  }
}
