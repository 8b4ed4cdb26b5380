import { setTimeout as delay } from 'node:timers/promises';
import { violationOfWebhook } from '../alerts/violation.js';
import { errorCode, errorMessage } from '../platform/errors.js';
import type { Logger } from '../platform/log.js';
import { NotInCharge, type Authority } from '../rollback/authority.js';
import { unixNow } from '../platform/clock.js';
import type { AlertHandler } from './alerts.js';
import type { Inbox, InboxEntry } from './inbox.js';

/** Pause before a webhook that could not be acted upon is tried again, seconds. */
const tryAgainAfter = 1;
/** While another receiver is in charge: it has acted upon what came longer ago, as it holds its lease, seconds. */
const keptWhileWatching = 60;

/** Acts upon the accepted webhooks, one after the other, in the order of their receipt. */
export class InboxWorker {
  readonly #inbox: Inbox;
  readonly #handler: AlertHandler;
  readonly #authority: Authority;
  readonly #logger: Logger;
  readonly #stopped = new AbortController();
  #working: Promise<void> | undefined;

  constructor(inbox: Inbox, handler: AlertHandler, authority: Authority, logger: Logger) {
    this.#inbox = inbox;
    this.#handler = handler;
    this.#authority = authority;
    this.#logger = logger;
  }

  /** There is something in the inbox. */
  wake(): void {
    this.#working ??= this.#work();
  }

  /** Finishes the webhook in hand; the rest stays in the inbox. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#working;
  }

  async #work(): Promise<void> {
    await Promise.resolve();
    const { signal } = this.#stopped;
    for (let entry = this.#inbox.oldest(); entry !== undefined; entry = this.#inbox.oldest()) {
      if (signal.aborted) break;
      if (await this.#actUpon(entry)) this.#inbox.markDone(entry.id);
      else await delay(tryAgainAfter * 1000, undefined, { signal }).catch(() => undefined);
    }
    this.#working = undefined;
  }

  /** @returns false when the ledger could not be written, or another receiver is in charge: nothing may be lost then */
  async #actUpon(entry: InboxEntry): Promise<boolean> {
    if (this.#authority.isSuperseded()) return unixNow() - entry.received_at > keptWhileWatching;
    if (this.#authority.refusal() !== undefined) return false;
    const { digest: payloadDigest, received_at: receivedAt } = entry;
    for (const alert of entry.alerts) {
      try {
        const receipt = { source: 'webhook', payloadDigest, receivedAt } as const;
        await this.#handler.handle(violationOfWebhook(alert), receipt);
      } catch (error) {
        if (error instanceof NotInCharge) {
          this.#logger.warn({ reason: error.message }, 'a webhook waits until it is clear who acts');
          return false;
        }
        if (errorCode(error) !== undefined) {
          this.#logger.error({ reason: errorMessage(error) }, 'the ledger cannot be written; trying again');
          return false;
        }
        this.#logger.error({ err: error, alert: alert.labels.alertname }, 'an alert could not be decided on');
      }
    }
    return true;
  }
}
