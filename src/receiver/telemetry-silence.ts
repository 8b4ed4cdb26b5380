import type { Violation } from '../alerts/violation.js';
import type { Deployment } from '../deployments/deployment.js';
import { unixNow } from '../platform/clock.js';
import { formatDuration } from '../platform/duration.js';
import { ObservedTime } from '../platform/observed-time.js';
import type { Ledger } from '../rollback/ledger.js';
import type { AlertHandler } from './alerts.js';

/** The rule that says the same while Prometheus lives; as it does, this one names plan, deployment and model. */
const alertname = 'QscTelemetryStalled';
const plan = 'qsc';

export interface TelemetrySilenceParts {
  readonly ledger: Pick<Ledger, 'state'>;
  readonly handler: Pick<AlertHandler, 'handle'>;
  /** `receiver.watchdog.stalled_after`, seconds */
  readonly stalledAfter: number;
  /** longest time from one attempt to the next as it should be, seconds */
  readonly longestStep: number;
  /** seconds of a clock that cannot be set */
  readonly steadyNow?: () => number;
}

/**
 * A Prometheus that does not answer judges nothing, so nobody watches a canary: no telemetry, no decision. Once that
 * has lasted, the canary is violated, and decided on as by any alert.
 */
export class TelemetrySilence {
  readonly #parts: TelemetrySilenceParts;
  readonly #silent: ObservedTime;

  constructor(parts: TelemetrySilenceParts) {
    this.#parts = parts;
    this.#silent = new ObservedTime(parts.longestStep, parts.steadyNow);
  }

  /**
   * Prometheus was asked.
   * @throws the Node system error when the ledger cannot be written; then nothing was started
   */
  async noteAttempt(hasAnswered: boolean): Promise<void> {
    if (hasAnswered) {
      this.#silent.reset();
      return;
    }
    const { ledger, handler, stalledAfter } = this.#parts;
    const silent = this.#silent.look();
    if (silent < stalledAfter) return;
    const now = unixNow();
    for (const deployment of ledger.state.deployments.values()) {
      if (deployment.kind !== 'canary' || deployment.outcome !== null) continue;
      if (now - Math.max(deployment.started_at, deployment.declared_at ?? 0) < stalledAfter) continue;
      await handler.handle(stalled(deployment, now - silent, silent, stalledAfter), {
        source: 'watchdog',
        payloadDigest: null,
        receivedAt: now,
      });
    }
  }
}

function stalled(
  { id, model }: Deployment,
  startsAt: number,
  silent: number,
  stalledAfter: number,
): Violation {
  return {
    firing: true,
    alertname,
    plan,
    deployment: id,
    startsAt,
    expression: null,
    labels: {
      alertname,
      runbook: 'qsc-canary',
      severity: 'critical',
      rollback: plan,
      kind: 'canary',
      deployment: id,
      model,
    },
    annotations: {
      summary: `Canary ${model}: Prometheus is silent`,
      description: `Prometheus has not answered the receiver for ${formatDuration(silent)}; the limit is ${formatDuration(stalledAfter)}. Nobody judges the canary: no telemetry, no decision.`,
    },
  };
}
