import type { PostableAlert } from '../alerts/alertmanager.js';
import type { WebhookAlert } from '../alerts/webhook.js';
import { isoTime, parseTime, unixNow } from '../platform/clock.js';
import type { Logger } from '../platform/log.js';
import { alertKey } from './alert-key.js';

/** Notifications that are kept for whoever asks. */
const keptNotifications = 200;

/** An alert as people are told of it. */
export interface Told {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

type Level = 'info' | 'warn' | 'error';

/** What a person is told by the notification log. */
export interface Notification {
  /** Unix seconds */
  readonly received_at: number;
  readonly status: 'firing' | 'resolved';
  readonly alertname: string;
  readonly severity: string;
  readonly summary: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Alerts of our own that are remembered as told. */
const rememberedOwn = 1000;

/** Alerts for people: each becomes a line of the log, and the newest can be asked for. */
export class NotificationLog {
  readonly #logger: Logger;
  #kept: Notification[] = [];
  readonly #own = new Set<string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** An alert of our own, which Alertmanager may bring back. @param level of the line */
  addOwn({ labels, annotations, startsAt }: PostableAlert, status: Told['status'], level: Level): void {
    this.#own.add(alertKey(labels, startsAt));
    if (this.#own.size > rememberedOwn)
      for (const oldest of [...this.#own].slice(0, 1)) this.#own.delete(oldest);
    this.add({ status, labels, annotations }, level);
  }

  /** An alert that Alertmanager brings; one of our own was told when it was made, and is not told twice. */
  receive(alert: WebhookAlert): void {
    const startsAt = parseTime(alert.startsAt);
    if (startsAt === undefined || !this.#own.has(alertKey(alert.labels, startsAt))) this.add(alert);
  }

  /** @param level of the line */
  add({ status, labels, annotations }: Told, level: Level = 'info'): void {
    const notification = {
      received_at: unixNow(),
      status,
      alertname: labels.alertname ?? '',
      severity: labels.severity ?? '',
      summary: annotations.summary ?? '',
      labels,
    };
    this.#kept = [...this.#kept, notification].slice(-keptNotifications);
    const { received_at: at } = notification;
    this.#logger[level]({ notification: { ...notification, received_at: isoTime(at) } }, 'notification');
  }

  /** Newest first. */
  list(): Notification[] {
    return [...this.#kept].reverse();
  }
}
