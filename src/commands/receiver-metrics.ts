import { deploymentFamilies } from '../receiver/deployment-families.js';
import { drillFamilies } from '../receiver/drill-families.js';
import { leaseFamilies } from '../receiver/lease/lease-families.js';
import { ReceiverMetrics } from '../receiver/metrics.js';
import { pipelineFamilies } from '../receiver/pipeline-families.js';
import { rollbackFamilies } from '../receiver/rollback-families.js';
import { nothingWatched, watchFamilies } from '../receiver/watch-families.js';
import { emptyState } from '../rollback/state.js';

/** A metric of the receiver as its page declares it. */
export interface ReceiverMetric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
}

/** Every metric of the receiver, as a receiver declares them to which nothing has happened yet. */
export async function receiverMetrics(): Promise<ReceiverMetric[]> {
  const page = await new ReceiverMetrics([]).render([
    ...deploymentFamilies(emptyState(), { calibration: [], goLive: [] }, 0),
    ...rollbackFamilies(emptyState(), {}),
    ...drillFamilies(emptyState().drills),
    ...pipelineFamilies({
      mode: 'auto',
      ledgerRecords: 0,
      ledgerWriteErrors: 0,
      inboxWriteErrors: 0,
      inboxPending: 0,
      inboxOldest: null,
      reconciled: null,
      reconciliationErrors: 0,
      unknownRules: 0,
    }),
    ...leaseFamilies({ standing: 'waiting', fence: 0, transitions: 0, isStoreReachable: false }),
    ...watchFamilies({ ...nothingWatched, killSwitch: emptyState().killSwitch }),
  ]);
  return [...page.matchAll(/^# HELP (?<name>\S+) (?<help>.*)\n# TYPE \S+ (?<type>\S+)$/gm)].map(
    ({ groups: { name = '', help = '', type = '' } = {} }) => ({ name, help, type }),
  );
}
