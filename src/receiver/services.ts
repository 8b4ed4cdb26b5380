import type { Logger } from '../platform/log.js';
import type { Mutex } from '../platform/mutex.js';
import type { Ledger } from '../rollback/ledger.js';
import type { BearerToken } from './authentication.js';
import type { Baselines } from './baselines.js';
import type { Deployments } from './deployments.js';
import type { Family } from './family.js';
import type { Inbox } from './inbox.js';
import type { ManualRollbacks } from './manual-rollbacks.js';
import type { NotificationLog } from './notifications.js';
import type { ReceiverMetrics } from './metrics.js';
import type { Watchdog } from './watchdog.js';
import type { InboxWorker } from './worker.js';

/** What the routes work with. */
export interface Services {
  readonly token: BearerToken;
  readonly ledger: Ledger;
  /** whatever decides on the ledger's state and then adds to it takes its turn here */
  readonly mutex: Mutex;
  readonly inbox: Inbox;
  readonly worker: InboxWorker;
  readonly baselines: Baselines;
  readonly deployments: Deployments;
  readonly notifications: NotificationLog;
  readonly manual: ManualRollbacks;
  readonly metrics: ReceiverMetrics;
  readonly watchdog: Watchdog;
  /** the state as metrics, now */
  readonly families: () => Family[];
  /** why the receiver would not act now; undefined where it would */
  readonly notReady: () => string | undefined;
  readonly maxBodyBytes: number;
  readonly logger: Logger;
}
