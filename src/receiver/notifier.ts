import type { PostableAlert } from '../alerts/alertmanager.js';
import type { Ledger } from '../rollback/ledger.js';
import { deliveryFailures, type AlertOutbox, type OutboxStatus } from './alert-outbox.js';
import type { NotificationLog, Told } from './notifications.js';
import { alertOfRecord } from './own-alerts.js';

/** Tells people what Redline itself did: in its log at once, and through every Alertmanager in the background. */
export class Notifier {
  readonly #notifications: NotificationLog;
  readonly #outboxes: readonly AlertOutbox[];

  /** @param outboxes one for each Alertmanager */
  constructor(notifications: NotificationLog, outboxes: readonly AlertOutbox[]) {
    this.#notifications = notifications;
    this.#outboxes = outboxes;
  }

  /** Over all Alertmanagers. */
  get status(): OutboxStatus {
    const each = this.#outboxes.map(({ status }) => status);
    const failed = { expired: 0, dropped: 0, refused: 0 };
    for (const reason of deliveryFailures) for (const status of each) failed[reason] += status.failed[reason];
    return { sent: each.reduce((sum, { sent }) => sum + sent, 0), failed };
  }

  /**
   * Tells what each new record of the ledger says; those that were there before were told before, and those of another
   * receiver by that one.
   * @param receiverUrl where the receiver is reached, without a path
   */
  follow(ledger: Pick<Ledger, 'state' | 'onRecord'>, receiverUrl: string): void {
    ledger.onRecord((record) => {
      if (record.origin !== undefined) return;
      const alert = alertOfRecord(record, ledger.state, receiverUrl);
      if (alert !== undefined) this.tell(alert, 'firing');
    });
  }

  tell(alert: PostableAlert, status: Told['status']): void {
    const level = levels[alert.labels.severity ?? ''] ?? 'info';
    this.#notifications.addOwn(alert, status, status === 'resolved' ? 'info' : level);
    this.renew(alert);
  }

  /** Tells the Alertmanagers alone: people know already. */
  renew(alert: PostableAlert): void {
    for (const outbox of this.#outboxes) outbox.add(alert);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#outboxes.map((outbox) => outbox.stop()));
  }
}

const levels: Readonly<Record<string, 'warn' | 'error'>> = { warning: 'warn', critical: 'error' };
