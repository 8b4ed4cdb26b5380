import type { Baseline } from '../../deployments/baseline.js';
import { periodLines } from '../../reports/baseline-period.js';
import type { CheckLine } from '../../reports/check-lines.js';
import type { Services } from '../services.js';

/**
 * What made the 24 h that a baseline was measured over abnormal, as the receiver remembers it.
 * @throws UserError when the receiver cannot be asked
 */
export async function periodCautions(
  { receiver }: Pick<Services, 'receiver'>,
  { values, captured_at }: Baseline,
): Promise<CheckLine[]> {
  if (!values.some(({ source }) => source === 'history')) return [];
  const [deployments, rollbacks] = await Promise.all([receiver.deployments(), receiver.rollbacks()]);
  return periodLines({ deployments, rollbacks }, captured_at);
}
