import { receiverMetric as name } from '../../names.js';
import { gauge, single, type Family } from '../family.js';
import { standings, type Lease } from './lease.js';

/** What there is to tell of a lease. */
export type LeaseReadings = Pick<Lease, 'standing' | 'fence' | 'transitions' | 'isStoreReachable'>;

/** How this receiver of a pair stands; none for one that stands alone. */
export function leaseFamilies(lease: LeaseReadings | undefined): Family[] {
  if (lease === undefined) return [];
  const { standing, fence, transitions, isStoreReachable } = lease;
  return [
    gauge(
      name.leaseStanding,
      '1 for how this receiver of a pair stands: it acts as holder of the lease, and alone where the store cannot be reached.',
      standings.map((each) => ({ labels: { standing: each }, value: each === standing ? 1 : 0 })),
    ),
    gauge(
      name.leaseFence,
      'Fencing number of the newest lease that this receiver held or saw.',
      single(fence),
    ),
    gauge(
      name.leaseStoreUp,
      '1 while the store of the lease answers, else 0.',
      single(isStoreReachable ? 1 : 0),
    ),
    {
      name: name.leaseTransitions,
      type: 'counter',
      help: 'Changes of how this receiver of a pair stands.',
      series: single(transitions),
    },
  ];
}
