import type { PostableAlert } from '../alerts/alertmanager.js';
import type { WebhookAlert } from '../alerts/webhook.js';
import { unixNow } from '../platform/clock.js';
import { formatDuration } from '../platform/duration.js';
import { ObservedTime } from '../platform/observed-time.js';
import type { Ledger } from '../rollback/ledger.js';
import type { Notifier } from './notifier.js';
import { watchdogAlert } from './own-alerts.js';

/** Always fires, so that its absence says that the way from Prometheus to here is broken. */
const watchdogName = 'Watchdog';
/** Between two looks at most, seconds: they come every second. */
const longestStep = 5;
/** While it is missing Alertmanager is told again so often, seconds. */
const renewEvery = 60;

export interface WatchdogParts {
  readonly ledger: Pick<Ledger, 'state'>;
  readonly notifier: Pick<Notifier, 'tell' | 'renew'>;
  /** `receiver.watchdog.alert_after`, seconds */
  readonly alertAfter: number;
  /** where the receiver is reached, without a path */
  readonly receiverUrl: string;
  /** seconds of a clock that cannot be set */
  readonly steadyNow?: () => number;
}

/** Misses the Watchdog alert while a deployment is under observation, and tells of it by the receiver's own channel. */
export class Watchdog {
  readonly #parts: WatchdogParts;
  readonly #absent: ObservedTime;
  #lastReceived: number | null = null;
  /** what was told of its absence, until it is over */
  #missing: { readonly alert: PostableAlert; renewedAt: number } | undefined;

  constructor(parts: WatchdogParts) {
    this.#parts = parts;
    this.#absent = new ObservedTime(longestStep, parts.steadyNow);
  }

  /** Unix seconds; null: not since the receiver started. */
  get lastReceived(): number | null {
    return this.#lastReceived;
  }

  /** A webhook came. @param at Unix seconds */
  receive(alerts: readonly Pick<WebhookAlert, 'status' | 'labels'>[], at: number): void {
    if (!alerts.some(({ status, labels }) => status === 'firing' && labels.alertname === watchdogName))
      return;
    this.#lastReceived = at;
    this.#absent.reset();
    if (this.#missing === undefined) return;
    this.#parts.notifier.tell({ ...this.#missing.alert, endsAt: at }, 'resolved');
    this.#missing = undefined;
  }

  /** Looks whether it is missing; to be called every second. */
  look(): void {
    const absent = this.#absent.look();
    if (absent < this.#parts.alertAfter || !this.#isObserving()) {
      // What nobody needs any more ends by itself.
      this.#missing = undefined;
      return;
    }
    const now = unixNow();
    if (this.#missing === undefined) this.#tell(absent, now);
    else if (now - this.#missing.renewedAt >= renewEvery) this.#renew(this.#missing, now);
  }

  #tell(absent: number, now: number): void {
    const { notifier, receiverUrl, alertAfter } = this.#parts;
    const alert = watchdogAlert(
      `The Watchdog alert has not come for ${formatDuration(absent)}; the limit is ${formatDuration(alertAfter)}. The way from Prometheus over Alertmanager to the receiver is broken.`,
      now,
      receiverUrl,
    );
    notifier.tell(alert, 'firing');
    this.#missing = { alert, renewedAt: now };
  }

  #renew(missing: { readonly alert: PostableAlert; renewedAt: number }, now: number): void {
    const { alert } = missing;
    this.#parts.notifier.renew({ ...alert, endsAt: alert.endsAt - alert.startsAt + now });
    missing.renewedAt = now;
  }

  #isObserving(): boolean {
    return [...this.#parts.ledger.state.deployments.values()].some(({ outcome }) => outcome === null);
  }
}
