import { isoTime, unixNow } from '../platform/clock.js';
import type { Logger } from '../platform/log.js';

/** Notifications that are kept for whoever asks. */
const keptNotifications = 200;

/** An alert as people are told of it. */
export interface Told {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

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

/** Alerts for people: each becomes a line of the log, and the newest can be asked for. */
export class NotificationLog {
  readonly #logger: Logger;
  #kept: Notification[] = [];

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** @param level of the line */
  add({ status, labels, annotations }: Told, level: 'info' | 'error' = 'info'): void {
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
