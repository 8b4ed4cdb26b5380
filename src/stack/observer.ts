import { z } from 'zod';
import { PrometheusClient } from '../alerts/prometheus.js';
import { baselineQuantities } from '../deployments/baseline.js';
import { deploymentSchema, type DeploymentKind } from '../deployments/deployment.js';
import { rollbackSchema } from '../deployments/rollback.js';
import { drillPlan, goLiveInputs, job, recordedMetric } from '../names.js';
import { unixNow } from '../platform/clock.js';
import { formatAddress } from '../platform/http-server.js';
import { SimulatorClient } from '../simulator/control-client.js';
import type { Demonstration } from './demonstration.js';
import type { Snapshot } from './timeline.js';

const timeoutSeconds = 2;
const deploymentsAnswer = z.object({ deployments: z.array(deploymentSchema) });
const rollbacksAnswer = z.object({ rollbacks: z.array(rollbackSchema) });

/** Asks the programs of a demonstration what any person could ask them over HTTP. */
export class Observer {
  readonly #simulator: SimulatorClient;
  readonly #prometheus: PrometheusClient;
  readonly #receiver: string;

  constructor({ config, simulator }: Demonstration) {
    this.#simulator = new SimulatorClient(simulator);
    this.#prometheus = new PrometheusClient(config.prometheus.url, timeoutSeconds);
    this.#receiver = `http://${formatAddress(config.receiver.listen)}`;
  }

  /**
   * Whether Prometheus has readings of exporter and receiver.
   * @param kind of the deployment that is to begin: before a calibration there must be all that its baseline is of, before
   * production it must be known of each alert that rolls it back whether it holds, before a go-live all that its rows judge
   */
  async hasReadings(kind: DeploymentKind | undefined): Promise<boolean> {
    const up = await orUndefined(this.#prometheus.query(`up{job=~"${job.exporter}|${job.receiver}"} == 1`));
    if (up?.length !== 2) return false;
    if (kind === 'production') return this.#areConditionsKnown();
    if (kind === 'go-live') return this.#areInputsFresh();
    if (kind !== 'calibration') return true;
    const judged = await orUndefined(
      this.#prometheus.query(`count by (quantity) (${recordedMetric.calibrationReading})`),
    );
    return baselineQuantities.every((quantity) => judged?.some(({ labels }) => labels.quantity === quantity));
  }

  async #areConditionsKnown(): Promise<boolean> {
    const rules = await orUndefined(this.#prometheus.alertingRules());
    const known = await orUndefined(this.#prometheus.query(recordedMetric.condition));
    const own = rules?.filter(({ labels }) => labels.rollback === 'production') ?? [];
    return own.length > 0 && own.every(({ name }) => known?.some(({ labels }) => labels.alertname === name));
  }

  async #areInputsFresh(): Promise<boolean> {
    const fresh = await orUndefined(this.#prometheus.query(recordedMetric.inputFresh));
    return goLiveInputs.every((input) => fresh?.some(({ labels }) => labels.input === input));
  }

  /** One look at everything; what does not answer is left out. */
  async look(): Promise<Snapshot> {
    const [simulator, rules, deployments, rollbacks] = await Promise.all([
      orUndefined(this.#simulator.status()),
      orUndefined(this.#prometheus.alertingRules()),
      orUndefined(this.#ask('/api/deployments', deploymentsAnswer)),
      orUndefined(this.#ask('/api/rollbacks', rollbacksAnswer)),
    ]);
    return {
      at: unixNow(),
      simulator,
      rules,
      deployments: deployments?.deployments,
      rollbacks: rollbacks?.rollbacks.filter(({ plan }) => plan !== drillPlan),
    };
  }

  async #ask<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const response = await fetch(this.#receiver + path, {
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    });
    return schema.parse(await response.json());
  }
}

async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch {
    return undefined;
  }
}
