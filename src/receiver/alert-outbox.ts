import { setTimeout as delay } from 'node:timers/promises';
import { AlertmanagerError, type AlertmanagerClient, type PostableAlert } from '../alerts/alertmanager.js';
import { unixNow } from '../platform/clock.js';
import { errorMessage } from '../platform/errors.js';
import type { Logger } from '../platform/log.js';
import { alertKey } from './alert-key.js';

/** So many may wait; beyond that the oldest is given up. */
const waitingLimit = 200;
/** Pauses before an alert that was not taken is tried again, seconds. */
const firstPause = 1;
const longestPause = 30;
/** An alert is tried until its own end, and at least so long, seconds: the end of one is told as well. */
const leastTried = 60;
/** What still waits when the receiver ends has so long, seconds. */
const farewell = 2;

/** Why an alert did not reach an Alertmanager. */
export const deliveryFailures = ['expired', 'dropped', 'refused'] as const;
export type DeliveryFailure = (typeof deliveryFailures)[number];

export interface OutboxStatus {
  readonly sent: number;
  readonly failed: Readonly<Record<DeliveryFailure, number>>;
}

interface Waiting {
  readonly alert: PostableAlert;
  readonly key: string;
  /** when it is given up, Unix seconds */
  readonly until: number;
}

/** Gives alerts to one Alertmanager, in order, in the background: it never keeps anybody waiting and never throws. */
export class AlertOutbox {
  readonly #client: Pick<AlertmanagerClient, 'base' | 'post'>;
  readonly #logger: Logger;
  readonly #pauses: { readonly first: number; readonly longest: number };
  readonly #stopped = new AbortController();
  readonly #failed: Record<DeliveryFailure, number> = { expired: 0, dropped: 0, refused: 0 };
  #sent = 0;
  #waiting: Waiting[] = [];
  #working: Promise<void> | undefined;
  #isDown = false;

  /** @param pauses between two attempts, seconds */
  constructor(
    client: Pick<AlertmanagerClient, 'base' | 'post'>,
    logger: Logger,
    pauses = { first: firstPause, longest: longestPause },
  ) {
    this.#client = client;
    this.#logger = logger;
    this.#pauses = pauses;
  }

  get status(): OutboxStatus {
    return { sent: this.#sent, failed: { ...this.#failed } };
  }

  /** Takes an alert; a later word about one that still waits takes its place. */
  add(alert: PostableAlert): void {
    if (this.#stopped.signal.aborted) return;
    const key = alertKey(alert.labels, alert.startsAt);
    const others = this.#waiting.filter((waiting) => waiting.key !== key);
    this.#waiting = [...others, { alert, key, until: Math.max(alert.endsAt, unixNow() + leastTried) }];
    if (this.#waiting.length > waitingLimit) {
      this.#waiting.shift();
      this.#failed.dropped += 1;
    }
    this.#working ??= this.#work();
  }

  /** Tries what waits once more, and ends. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.race([this.#working, delay(farewell * 1000, undefined, { ref: false })]);
  }

  async #work(): Promise<void> {
    await Promise.resolve();
    const { signal } = this.#stopped;
    let pause = this.#pauses.first;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (next.until < unixNow()) {
        this.#failed.expired += 1;
      } else if (await this.#deliver(next.alert)) {
        pause = this.#pauses.first;
      } else if (signal.aborted) {
        break;
      } else {
        this.#putBack(next);
        await delay(pause * 1000, undefined, { signal }).catch(() => undefined);
        pause = Math.min(2 * pause, this.#pauses.longest);
      }
    }
    this.#working = undefined;
  }

  /** @returns false when it is to be tried again */
  async #deliver(alert: PostableAlert): Promise<boolean> {
    try {
      await this.#client.post(alert);
      this.#sent += 1;
      if (this.#isDown)
        this.#logger.info({ alertmanager: this.#client.base }, 'Alertmanager takes alerts again');
      this.#isDown = false;
      return true;
    } catch (error) {
      const isRefused = !(error instanceof AlertmanagerError) || error.isRefusal;
      if (isRefused) this.#failed.refused += 1;
      if (isRefused || !this.#isDown)
        this.#logger.warn(
          { alert: alert.labels.alertname, reason: errorMessage(error) },
          isRefused ? 'Alertmanager refuses an alert' : 'Alertmanager takes no alerts; trying again',
        );
      this.#isDown = !isRefused;
      return isRefused;
    }
  }

  /** Unless a later word about it has come meanwhile, or too many wait. */
  #putBack(tried: Waiting): void {
    if (this.#waiting.some(({ key }) => key === tried.key)) return;
    if (this.#waiting.length < waitingLimit) this.#waiting.unshift(tried);
    else this.#failed.dropped += 1;
  }
}
