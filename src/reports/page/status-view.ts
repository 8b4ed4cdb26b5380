import type { Deployment, PreparedBaseline } from '../../deployments/deployment.js';
import type { Drill } from '../../deployments/drill.js';
import type { KillSwitch } from '../../deployments/kill-switch.js';
import type { ReceiverStanding } from '../../deployments/receiver-standing.js';
import type { ReceiverMode, Rollback } from '../../deployments/rollback.js';
import type { Answer } from './answer.js';
import type { ShownChecklist } from './checklists.js';
import type { Guard } from './guard.js';
import type { Histories } from './history.js';
import type { Judgement } from './judgement.js';

/** A rollback with the file that was written of it. */
export interface ShownRollback extends Rollback {
  /** path of its incident file; null: there is none, or not yet */
  readonly incident: string | null;
}

/** What covers alerts that roll back. */
export interface SilenceView {
  /** whether an Alertmanager answered last; null: none was asked yet */
  readonly isUp: boolean | null;
  /** alerts that active silences cover; null: unknown */
  readonly silenced: number | null;
}

/** All that the status page shows. Times are Unix seconds. */
export interface StatusView {
  readonly at: number;
  readonly mode: ReceiverMode;
  readonly killSwitch: KillSwitch;
  readonly standing: ReceiverStanding;
  /** why this receiver may not act now; null where it may */
  readonly refusal: string | null;
  readonly silences: SilenceView;
  /** when the Watchdog alert came last; null: never since this start */
  readonly watchdog: number | null;
  readonly ledgerRecords: number;
  /** under observation */
  readonly open: readonly Deployment[];
  /** the newest that is over; null: there is none */
  readonly lastEnded: Deployment | null;
  readonly prepared: readonly PreparedBaseline[];
  /** of what is open, and of the one that ended last */
  readonly guards: readonly Guard[];
  readonly judged: Answer<Judgement>;
  readonly histories: Answer<Histories>;
  readonly checklists: Answer<readonly ShownChecklist[]>;
  /** newest first, those of drills left out */
  readonly rollbacks: readonly ShownRollback[];
  /** the newest; null: there was none */
  readonly drill: Drill | null;
}
