import type { Logger } from '../platform/log.js';
import type { ReceiverStanding } from '../deployments/receiver-standing.js';
import type { Authority } from '../rollback/authority.js';
import type { Mutex } from '../platform/mutex.js';
import type { Ledger } from '../rollback/ledger.js';
import type { Access } from '../config/access.js';
import type { Config } from '../config/schema.js';
import type { Baselines } from './baselines.js';
import type { Deployments } from './deployments.js';
import type { Drills } from './drills.js';
import type { Family } from './family.js';
import type { Inbox } from './inbox.js';
import type { ManualRollbacks } from './manual-rollbacks.js';
import type { NotificationLog } from './notifications.js';
import type { ReceiverMetrics } from './metrics.js';
import type { IncidentFiles } from './page/incident-files.js';
import type { PanelLinks } from './page/panel-links.js';
import type { StatusSource } from './page/status-source.js';
import type { Watchdog } from './watchdog.js';
import type { InboxWorker } from './worker.js';

/** What the routes work with. */
export interface Services {
  /** who may send webhooks and orders */
  readonly access: Access;
  /** whether reading needs that too */
  readonly protectReads: boolean;
  readonly ledger: Ledger;
  /** whatever decides on the ledger's state and then adds to it takes its turn here */
  readonly mutex: Mutex;
  readonly inbox: Inbox;
  readonly worker: InboxWorker;
  readonly baselines: Baselines;
  readonly deployments: Deployments;
  readonly drills: Drills;
  readonly notifications: NotificationLog;
  readonly manual: ManualRollbacks;
  readonly metrics: ReceiverMetrics;
  readonly authority: Authority;
  /** how this receiver stands beside another */
  readonly standing: () => ReceiverStanding;
  readonly watchdog: Watchdog;
  /** what the status page shows; loaded when it is looked at */
  readonly status: () => Promise<StatusSource>;
  readonly incidents: IncidentFiles;
  /** where alerts are drawn */
  readonly panels: PanelLinks;
  /** the configured rollback plans */
  readonly plans: Config['rollbacks'];
  /** where people and the command line reach the receiver */
  readonly publicUrl: string;
  /** the state as metrics, now */
  readonly families: () => Family[];
  /** why the receiver would not act now; undefined where it would */
  readonly notReady: () => string | undefined;
  readonly maxBodyBytes: number;
  /** in one webhook */
  readonly maxAlerts: number;
  readonly maxWebhooksPerSecond: number;
  readonly isTls: boolean;
  readonly logger: Logger;
}
