import { PrometheusError, type AlertingRule, type PrometheusClient } from '../alerts/prometheus.js';
import { violationOfRule } from '../alerts/violation.js';
import { unixNow } from '../platform/clock.js';
import type { Logger } from '../platform/log.js';
import { NotInCharge, type Authority } from '../rollback/authority.js';
import type { Acceptances } from './acceptances.js';
import type { AlertHandler } from './alerts.js';
import type { NotificationLog } from './notifications.js';
import type { TelemetrySilence } from './telemetry-silence.js';

/** How the reconciliation goes. */
export interface ReconciliationStatus {
  /** Unix seconds; null: never yet */
  readonly lastSuccess: number | null;
  readonly errors: number;
  /** rules with a rollback label that Prometheus could not evaluate */
  readonly unknownRules: number;
}

export interface ReconciliationParts {
  readonly prometheus: PrometheusClient;
  readonly handler: AlertHandler;
  readonly acceptances: Acceptances;
  readonly notifications: NotificationLog;
  readonly authority: Authority;
  readonly silence: TelemetrySilence;
  readonly logger: Logger;
}

/** Says that alerts do not get through, so it may not get through itself. */
const deliveryAlert = 'AlertDeliveryFailing';

/**
 * Asks Prometheus which rollback alerts fire, and takes each through the same decision as a webhook: what was lost on
 * the way, silenced, or sent to a dead Alertmanager is not lost.
 */
export class Reconciliation {
  readonly #prometheus: PrometheusClient;
  readonly #handler: AlertHandler;
  readonly #acceptances: Acceptances;
  readonly #notifications: NotificationLog;
  readonly #authority: Authority;
  readonly #silence: TelemetrySilence;
  readonly #logger: Logger;
  #lastSuccess: number | null = null;
  #errors = 0;
  #isDown = false;
  #unknownRules = 0;
  #failing: ReadonlySet<string> = new Set();
  /** instances of the delivery alert that fired at the last comparison */
  #undelivered: ReadonlySet<string> = new Set();

  constructor(parts: ReconciliationParts) {
    const { prometheus, handler, acceptances, notifications, authority, silence, logger } = parts;
    this.#prometheus = prometheus;
    this.#handler = handler;
    this.#acceptances = acceptances;
    this.#notifications = notifications;
    this.#authority = authority;
    this.#silence = silence;
    this.#logger = logger;
  }

  get status(): ReconciliationStatus {
    return { lastSuccess: this.#lastSuccess, errors: this.#errors, unknownRules: this.#unknownRules };
  }

  /** One comparison. @throws the Node system error when the ledger cannot be written */
  async run(): Promise<void> {
    try {
      await this.#ask();
    } catch (error) {
      // Whoever is in charge asks Prometheus too.
      if (!(error instanceof NotInCharge)) throw error;
    }
  }

  async #ask(): Promise<void> {
    try {
      await this.#compare(await this.#prometheus.alertingRules());
      if (this.#isDown) this.#logger.info('Prometheus answers again');
      this.#isDown = false;
      this.#lastSuccess = unixNow();
      await this.#silence.noteAttempt(true);
    } catch (error) {
      if (!(error instanceof PrometheusError)) throw error;
      this.#errors += 1;
      if (!this.#isDown) this.#logger.error({ reason: error.message }, 'reconciliation is not possible');
      this.#isDown = true;
      await this.#silence.noteAttempt(false);
    }
  }

  async #compare(rules: readonly AlertingRule[]): Promise<void> {
    this.#tellUndelivered(rules);
    const rollbackRules = rules.filter(({ labels }) => labels.rollback !== undefined);
    this.#noteUnknown(rollbackRules.filter(({ health }) => health !== 'ok'));
    if (this.#authority.refusal() !== undefined) return;
    for (const rule of rollbackRules.filter(({ health }) => health === 'ok')) {
      for (const instance of rule.alerts) {
        if (instance.state !== 'firing') continue;
        await this.#handler.handle(violationOfRule(rule, instance), {
          source: 'reconciliation',
          payloadDigest: null,
          receivedAt: unixNow(),
        });
      }
    }
    await this.#acceptances.review(rules);
  }

  /** Told once an onset, and here, since the way that failed is the one by which it would come. */
  #tellUndelivered(rules: readonly AlertingRule[]): void {
    const firing = new Map(
      rules
        .filter(({ name }) => name === deliveryAlert)
        .flatMap(({ alerts }) => alerts.filter(({ state }) => state === 'firing'))
        .map(({ labels, annotations }) => {
          const named = { alertname: deliveryAlert, ...labels };
          return [JSON.stringify(named), { status: 'firing', labels: named, annotations }] as const;
        }),
    );
    for (const [key, alert] of firing)
      if (!this.#undelivered.has(key)) this.#notifications.add(alert, 'error');
    this.#undelivered = new Set(firing.keys());
  }

  /** A rule that cannot be evaluated neither fires nor is silent; it is named once. */
  #noteUnknown(rules: readonly AlertingRule[]): void {
    this.#unknownRules = rules.length;
    // Right after a start of Prometheus each is "unknown" until its first evaluation: nothing to tell anyone.
    const failing = rules.filter(({ health }) => health !== 'unknown');
    for (const { name, lastError } of failing) {
      if (!this.#failing.has(name))
        this.#logger.error({ alert: name, reason: lastError }, 'the state of this rule is unknown');
    }
    this.#failing = new Set(failing.map(({ name }) => name));
  }
}
