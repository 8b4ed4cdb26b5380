import type { KillSwitch } from '../deployments/kill-switch.js';
import { receiverMetric as name } from '../names.js';
import { deliveryFailures, type OutboxStatus } from './alert-outbox.js';
import { gauge, single, type Family } from './family.js';
import type { SilenceStatus } from './silence-watch.js';

/** How the watcher is itself watched, and what it told. */
export interface WatchReadings {
  readonly killSwitch: KillSwitch;
  /** Unix seconds, null: not yet */
  readonly watchdogLastReceived: number | null;
  readonly silences: SilenceStatus;
  readonly told: OutboxStatus;
}

/** As it is before anything has happened. */
export const nothingWatched: Omit<WatchReadings, 'killSwitch'> = {
  watchdogLastReceived: null,
  silences: { isUp: null, silenced: null },
  told: { sent: 0, failed: { expired: 0, dropped: 0, refused: 0 } },
};

export function watchFamilies({ killSwitch, watchdogLastReceived, silences, told }: WatchReadings): Family[] {
  return [
    gauge(
      name.killSwitch,
      '1 while the kill switch is set and no alert starts a rollback.',
      single(Number(killSwitch.on)),
    ),
    gauge(
      name.watchdogLastReceived,
      'When the Watchdog alert came last, Unix seconds; absent until it does.',
      single(watchdogLastReceived),
    ),
    gauge(
      name.alertmanagerUp,
      '1 where an Alertmanager answered the receiver last, else 0; absent until one was asked.',
      single(silences.isUp === null ? null : Number(silences.isUp)),
    ),
    gauge(
      name.rollbackAlertsSilenced,
      'Alerts with a rollback label, firing or not, that active silences cover, by name; absent while no Alertmanager answers.',
      single(silences.silenced),
    ),
    {
      name: name.notificationsSent,
      type: 'counter',
      help: 'Alerts about what Redline itself did that an Alertmanager took; one for each Alertmanager.',
      series: single(told.sent),
    },
    {
      name: name.notificationsFailed,
      type: 'counter',
      help: 'Such alerts that did not reach one: expired before it answered, dropped as too many waited, refused by it.',
      series: deliveryFailures.map((reason) => ({ labels: { reason }, value: told.failed[reason] })),
    },
  ];
}
