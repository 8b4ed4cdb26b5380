import type { Violation } from '../alerts/violation.js';
import type { Config } from '../config/schema.js';
import { unixNow } from '../platform/clock.js';
import type { Logger } from '../platform/log.js';
import type { Mutex } from '../platform/mutex.js';
import { NotInCharge, type Authority } from '../rollback/authority.js';
import { beginRollback, describeViolation, triggerOfViolation, type Receipt } from '../rollback/begin.js';
import { decide, type Decision, type IgnoreReason } from '../rollback/decide.js';
import { drillDelivery } from '../rollback/drill-delivery.js';
import type { Ledger } from '../rollback/ledger.js';
import type { RollbackQueue } from '../rollback/queue.js';
import { isIgnoredOnRecord } from '../rollback/state.js';

/** What is no violation at all, or known already, is counted and not recorded. */
const unrecorded: ReadonlySet<IgnoreReason> = new Set(['no_plan', 'duplicate']);

export interface AlertHandlerParts {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly queue: RollbackQueue;
  /** everything that decides on the ledger's state and then adds to it takes its turn here */
  readonly mutex: Mutex;
  readonly authority: Authority;
  readonly logger: Logger;
  /** counts what was decided: `start`, `drill`, `evidence`, or why it was ignored */
  readonly countDecision: (decision: string) => void;
}

/** Takes alerts from webhooks and from the reconciliation through the one decision, and does what it says. */
export class AlertHandler {
  readonly #parts: AlertHandlerParts;
  readonly #plans: ReadonlySet<string>;

  constructor(parts: AlertHandlerParts) {
    this.#parts = parts;
    this.#plans = new Set(Object.keys(parts.config.rollbacks));
  }

  /** @throws NotInCharge, or the Node system error when the ledger cannot be written; then nothing was started */
  async handle(violation: Violation, receipt: Receipt): Promise<void> {
    await this.#parts.mutex.run(async () => {
      const { ledger, config, authority } = this.#parts;
      const refusal = authority.refusal();
      if (refusal !== undefined) throw new NotInCharge(refusal);
      const delivery = drillDelivery(violation, receipt, ledger.state.drills);
      if (delivery !== undefined) await ledger.append(delivery);
      const decision = decide(violation, ledger.state, this.#plans, config.receiver.mode, unixNow());
      await this.#act(decision, violation, receipt);
      this.#parts.countDecision(decision.type === 'ignore' ? decision.reason : decision.type);
    });
  }

  async #act(decision: Decision, violation: Violation, receipt: Receipt): Promise<void> {
    switch (decision.type) {
      case 'start':
        await this.#start(decision, violation, receipt);
        return;
      case 'drill':
        await this.#startDrill(decision.drill, violation, receipt);
        return;
      case 'evidence':
        await this.#parts.ledger.append({
          type: 'evidence_added',
          rollback: decision.rollback,
          alertname: violation.alertname,
          description: describeViolation(violation),
          payload_sha256: receipt.payloadDigest,
        });
        return;
      case 'ignore':
        await this.#recordIgnored(violation, decision.reason);
        return;
    }
  }

  async #start(
    { deployment }: Extract<Decision, { type: 'start' }>,
    violation: Violation,
    receipt: Receipt,
  ): Promise<void> {
    const { ledger, queue, authority, logger, config } = this.#parts;
    const { mode } = config.receiver;
    const trigger = triggerOfViolation(violation, receipt);
    const order = { plan: violation.plan, deployment, trigger, mode };
    const id = await beginRollback(ledger, order, authority);
    logger.warn(
      {
        rollback: id,
        plan: violation.plan,
        deployment: deployment.id,
        alert: violation.alertname,
        source: receipt.source,
        mode,
      },
      mode === 'shadow' ? 'violation: would roll back (shadow mode)' : 'violation: rolling back',
    );
    if (mode === 'auto') queue.add(id, violation.plan);
  }

  async #startDrill(drill: string, violation: Violation, receipt: Receipt): Promise<void> {
    const { ledger, queue, authority, logger, config } = this.#parts;
    const { mode } = config.receiver;
    const trigger = triggerOfViolation(violation, receipt);
    const { plan } = violation;
    const order = { plan, deployment: undefined, drill, trigger, mode };
    const id = await beginRollback(ledger, order, authority);
    logger.info({ rollback: id, drill, source: receipt.source, mode }, 'drill: its alert has come');
    if (mode === 'auto') queue.add(id, plan);
  }

  async #recordIgnored(violation: Violation, reason: IgnoreReason): Promise<void> {
    if (unrecorded.has(reason)) return;
    const { ledger, logger } = this.#parts;
    const { alertname, plan, deployment } = violation;
    if (isIgnoredOnRecord(ledger.state, { ...violation, reason }, unixNow())) return;
    await ledger.append({ type: 'violation_ignored', alertname, plan, deployment, reason });
    logger.info({ alert: alertname, plan, deployment, reason }, 'alert ignored');
  }
}
