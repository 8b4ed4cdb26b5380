import { alertmanagerClients } from '../alerts/configured.js';
import type { PrometheusClient } from '../alerts/prometheus.js';
import { receiverAddress } from '../config/receiver-address.js';
import type { Config } from '../config/schema.js';
import type { Logger } from '../platform/log.js';
import type { Ledger } from '../rollback/ledger.js';
import { AlertOutbox } from './alert-outbox.js';
import type { AlertHandler } from './alerts.js';
import type { NotificationLog } from './notifications.js';
import { Notifier } from './notifier.js';
import { SilenceWatch } from './silence-watch.js';
import { TelemetrySilence } from './telemetry-silence.js';
import type { WatchReadings } from './watch-families.js';
import { Watchdog } from './watchdog.js';

export interface WatchParts {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly prometheus: PrometheusClient;
  readonly notifications: NotificationLog;
  readonly handler: AlertHandler;
  readonly logger: Logger;
}

/** What watches over the watcher. */
export interface Watch {
  readonly notifier: Notifier;
  readonly watchdog: Watchdog;
  readonly silence: TelemetrySilence;
  readonly silences: SilenceWatch;
}

/** Puts together what tells people what Redline did, and what notices that it is blind or gagged. */
export function assembleWatch({
  config,
  ledger,
  prometheus,
  notifications,
  handler,
  logger,
}: WatchParts): Watch {
  const alertmanagers = alertmanagerClients(config);
  const notifier = new Notifier(
    notifications,
    alertmanagers.map((client) => new AlertOutbox(client, logger)),
  );
  const receiverUrl = receiverAddress(config);
  notifier.follow(ledger, receiverUrl);
  const { watchdog, reconcile_interval: interval } = config.receiver;
  return {
    notifier,
    watchdog: new Watchdog({ ledger, notifier, alertAfter: watchdog.alert_after, receiverUrl }),
    silence: new TelemetrySilence({
      ledger,
      handler,
      stalledAfter: watchdog.stalled_after,
      // Each attempt may take its whole time; a little more is no pause of the program.
      longestStep: interval + config.prometheus.timeout + 5,
    }),
    silences: new SilenceWatch({ alertmanagers, prometheus, ledger, logger }),
  };
}

export function readWatch({ notifier, watchdog, silences }: Watch, ledger: Ledger): WatchReadings {
  return {
    killSwitch: ledger.state.killSwitch,
    watchdogLastReceived: watchdog.lastReceived,
    silences: silences.status,
    told: notifier.status,
  };
}
