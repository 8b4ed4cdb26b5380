import { setTimeout as delay } from 'node:timers/promises';
import { violationOfWebhook } from '../alerts/violation.js';
import { errorCode, errorMessage } from '../platform/errors.js';
import type { Logger } from '../platform/log.js';
import type { AlertHandler } from './alerts.js';
import type { Inbox, InboxEntry } from './inbox.js';

/** Pause before a webhook that could not be acted upon is tried again, seconds. */
const tryAgainAfter = 1;

/** Acts upon the accepted webhooks, one after the other, in the order of their receipt. */
export class InboxWorker {
  readonly #inbox: Inbox;
  readonly #handler: AlertHandler;
  readonly #logger: Logger;
  readonly #stopped = new AbortController();
  #working: Promise<void> | undefined;

  constructor(inbox: Inbox, handler: AlertHandler, logger: Logger) {
    this.#inbox = inbox;
    this.#handler = handler;
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

  /** @returns false when the ledger could not be written: nothing may be lost then */
  async #actUpon(entry: InboxEntry): Promise<boolean> {
    const { digest: payloadDigest, received_at: receivedAt } = entry;
    for (const alert of entry.alerts) {
      try {
        const receipt = { source: 'webhook', payloadDigest, receivedAt } as const;
        await this.#handler.handle(violationOfWebhook(alert), receipt);
      } catch (error) {
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
