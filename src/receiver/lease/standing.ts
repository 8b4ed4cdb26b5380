import type { ReceiverStanding } from '../../deployments/receiver-standing.js';
import type { Lease } from './lease.js';

/** @param lease undefined: there is no other receiver */
export function describeStanding(lease: Lease | undefined): ReceiverStanding {
  if (lease === undefined) return { standing: 'single', fence: 0, holder: null };
  const { standing, fence, holder } = lease;
  return {
    standing,
    fence,
    holder: holder === undefined ? null : { receiver: holder.receiver, url: holder.url },
  };
}
