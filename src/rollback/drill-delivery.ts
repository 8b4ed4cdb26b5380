import type { Violation } from '../alerts/violation.js';
import { drillPlan } from '../names.js';
import type { Receipt } from './begin.js';
import type { DrillsState } from './drill-state.js';
import type { Fact } from './records.js';

/**
 * That the alert of a drill that is under way has come by webhook, once: the reconciliation may have been faster, and the
 * way over Alertmanager is what a drill is to prove.
 */
export function drillDelivery(
  { firing, plan, deployment }: Violation,
  { source, receivedAt, payloadDigest }: Receipt,
  { known }: DrillsState,
): Fact | undefined {
  if (plan !== drillPlan || !firing || source !== 'webhook') return undefined;
  const drill = known.get(deployment);
  if (drill?.result !== null || drill.delivered_at !== null) return undefined;
  return { type: 'drill_delivered', drill: drill.id, at: receivedAt, payload_sha256: payloadDigest };
}
