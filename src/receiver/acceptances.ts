import type { AlertingRule, PrometheusClient, RuleGroup } from '../alerts/prometheus.js';
import type { Deployment } from '../deployments/deployment.js';
import { recordedMetric } from '../names.js';
import { parseTime } from '../platform/clock.js';
import type { Logger } from '../platform/log.js';
import type { Mutex } from '../platform/mutex.js';
import type { Ledger } from '../rollback/ledger.js';

/**
 * How long Prometheus must have known of a deployment when a rule was evaluated for its silence to mean anything, seconds:
 * longer than the rules may lie apart. Before that an alert is silent because its deployment is not seen yet.
 */
const longestEvaluation = 30;

export interface AcceptanceParts {
  readonly ledger: Ledger;
  readonly mutex: Mutex;
  readonly prometheus: PrometheusClient;
  readonly logger: Logger;
}

/**
 * Ends the acceptance of a condition that held when a deployment was declared, once it has been false: from then on its
 * alert counts as any other. What is unknown is not false: an alert that nobody could evaluate, whose value is missing or
 * whose condition is masked (after a restart, before the deployment is seen) stays accepted.
 */
export class Acceptances {
  readonly #parts: AcceptanceParts;

  constructor(parts: AcceptanceParts) {
    this.#parts = parts;
  }

  /**
   * @param rules of Prometheus as they are now
   * @throws PrometheusError when it cannot say more; the Node system error when the ledger cannot be written
   */
  async review(rules: readonly AlertingRule[]): Promise<void> {
    for (const deployment of this.#parts.ledger.state.deployments.values()) {
      if (deployment.outcome !== null) continue;
      for (const alertname of deployment.accepted) {
        const own = rules.filter(({ name }) => name === alertname);
        if (await this.#areFalse(own, deployment)) await this.#end(deployment, alertname);
      }
    }
  }

  async #areFalse(rules: readonly AlertingRule[], deployment: Deployment): Promise<boolean> {
    const [first] = rules;
    if (first === undefined || rules.some((rule) => isUncertain(rule, deployment))) return false;
    const evaluated = Math.min(...rules.map(({ lastEvaluation }) => parseTime(lastEvaluation) ?? 0));
    return (
      (await this.#wasSeen(deployment, evaluated)) && (await this.#wasFalse(first, deployment, evaluated))
    );
  }

  async #wasSeen({ id, started_at: start }: Deployment, evaluated: number): Promise<boolean> {
    if (evaluated - longestEvaluation < start) return false;
    const observed = `${recordedMetric.observed}{deployment=${JSON.stringify(id)}}`;
    return (await this.#parts.prometheus.query(observed, evaluated - longestEvaluation)).length > 0;
  }

  /** By the condition without a deployment where there is one, as an alert may be masked; else the value must be known. */
  async #wasFalse({ name, annotations }: AlertingRule, { id }: Deployment, time: number): Promise<boolean> {
    const { prometheus } = this.#parts;
    if (hasCondition(await prometheus.ruleGroups(), name)) {
      const selector = `${recordedMetric.condition}{alertname=${JSON.stringify(name)}}`;
      const values = await prometheus.query(selector, time);
      return values.length > 0 && values.every(({ value }) => value === 0);
    }
    if (annotations.query === undefined) return true;
    const values = await prometheus.query(annotations.query, time);
    return values.some(({ labels, value }) => (labels.deployment ?? id) === id && !Number.isNaN(value));
  }

  async #end({ id }: Deployment, alertname: string): Promise<void> {
    const { ledger, mutex, logger } = this.#parts;
    await mutex.run(async () => {
      const now = ledger.state.deployments.get(id);
      if (now?.outcome !== null || !now.accepted.includes(alertname)) return;
      await ledger.append({ type: 'acceptance_ended', deployment: id, alertname });
      logger.info(
        { deployment: id, alert: alertname },
        'an accepted condition has been false: its alert counts now',
      );
    });
  }
}

/** Whether the rule says that the condition holds, or begins to, or cannot say. */
function isUncertain({ health, alerts }: AlertingRule, { id }: Deployment): boolean {
  return (
    health !== 'ok' || alerts.some(({ state, labels }) => state !== 'inactive' && labels.deployment === id)
  );
}

function hasCondition(groups: readonly RuleGroup[], alertname: string): boolean {
  return groups.some(({ rules }) =>
    rules.some(({ name, labels }) => name === recordedMetric.condition && labels.alertname === alertname),
  );
}
