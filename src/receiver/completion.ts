import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { PrometheusClient } from '../alerts/prometheus.js';
import type { CompletionResult, Deployment } from '../deployments/deployment.js';
import { isoTime, unixNow } from '../platform/clock.js';
import { errorCode, errorMessage } from '../platform/errors.js';
import type { Logger } from '../platform/log.js';
import type { Mutex } from '../platform/mutex.js';
import type { Ledger } from '../rollback/ledger.js';
import { countChecks, hasRecordedViolation, isClean, whyNotClean } from './judgement.js';

/** How long after the end Prometheus may take to call an observation clean, seconds. */
export const completionWait = 120;

export interface CompletionParts {
  readonly ledger: Ledger;
  readonly mutex: Mutex;
  readonly prometheus: PrometheusClient;
  /** takes one JSON line a canary that ended by time */
  readonly canaryLog: string;
  readonly logger: Logger;
  /** since when somebody asks, Unix seconds: after a reboot Prometheus gets its time too */
  readonly since: number;
}

/** Writes down how each observation that ended by time went, as Prometheus judges it. */
export class Completion {
  readonly #parts: CompletionParts;

  constructor(parts: CompletionParts) {
    this.#parts = parts;
  }

  /** Settles what can be settled by now. @throws the Node system error when log or ledger cannot be written */
  async run(): Promise<void> {
    const { state } = this.#parts.ledger;
    for (const [id, endedAt] of state.awaitingCompletion) {
      const deployment = state.deployments.get(id);
      if (deployment !== undefined) await this.#settle(deployment, endedAt);
    }
  }

  async #settle(deployment: Deployment, endedAt: number): Promise<void> {
    const result = await this.#result(deployment, endedAt);
    if (result === undefined) return;
    const checks = await this.#countChecks(deployment);
    const { mutex, ledger, logger, canaryLog } = this.#parts;
    await mutex.run(async () => {
      // A violation that came in meanwhile made it a rollback.
      if (!ledger.state.awaitingCompletion.has(deployment.id)) return;
      if (deployment.kind === 'canary')
        await appendOnce(canaryLog, completionLine(deployment, result, checks));
      await ledger.append({
        type: 'monitoring_completed',
        deployment: deployment.id,
        result,
        checks_performed: checks,
      });
      logger.info({ deployment: deployment.id, result, checks_performed: checks }, 'monitoring completed');
    });
  }

  /** @returns undefined while it is too early to say */
  async #result(deployment: Deployment, endedAt: number): Promise<CompletionResult | undefined> {
    const { ledger, prometheus, logger, since } = this.#parts;
    const { id } = deployment;
    if (hasRecordedViolation(ledger.state, id)) return 'violations';
    const isLate = unixNow() - Math.max(endedAt, since) >= completionWait;
    try {
      if (await isClean(prometheus, deployment)) return 'no_violations';
      return isLate ? await whyNotClean(prometheus, deployment) : undefined;
    } catch (error) {
      logger.warn(
        { deployment: id, reason: errorMessage(error) },
        'Prometheus cannot say how the observation went',
      );
      return isLate ? 'unknown' : undefined;
    }
  }

  /** Evaluations of the rules during the observation; null where Prometheus does not know. */
  async #countChecks(deployment: Deployment): Promise<number | null> {
    try {
      return await countChecks(this.#parts.prometheus, deployment);
    } catch {
      return null; // it is a figure for people; the result does not depend on it
    }
  }
}

function completionLine(
  deployment: Deployment,
  result: CompletionResult,
  checks: number | null,
): CompletionLine {
  const { model, started_at: start, ends_at: end } = deployment;
  return {
    action: 'monitoring_completed',
    timestamp: isoTime(end ?? start),
    canary_model: model,
    duration_hours: Number((((end ?? start) - start) / 3600).toFixed(4)),
    checks_performed: checks,
    result,
  };
}

interface CompletionLine {
  readonly action: string;
  readonly timestamp: string;
  readonly canary_model: string;
  readonly duration_hours: number;
  readonly checks_performed: number | null;
  readonly result: CompletionResult;
}

/** Appends the line where a crash has not left it already: action, time and model make it one of its kind. */
async function appendOnce(path: string, line: CompletionLine): Promise<void> {
  const { action, timestamp, canary_model } = line;
  const identity = JSON.stringify({ action, timestamp, canary_model }).slice(0, -1);
  const content = await readOrEmpty(path);
  if (content.includes(identity)) return;
  await mkdir(dirname(path), { recursive: true });
  const separator = content === '' || content.endsWith('\n') ? '' : '\n';
  await appendFile(path, `${separator}${JSON.stringify(line)}\n`, { flush: true });
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}
