import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PrometheusError, type PrometheusClient, type Sample } from '../alerts/prometheus.js';
import { violationOfPast } from '../alerts/violation.js';
import { errorCode, errorMessage } from '../platform/errors.js';
import { writeFileAtomically } from '../platform/files.js';
import type { Logger } from '../platform/log.js';
import type { Ledger } from '../rollback/ledger.js';
import { NotInCharge, type Authority } from '../rollback/authority.js';
import type { AlertHandler } from './alerts.js';

/** An evaluation is in Prometheus' history at most this long after the time it is dated, seconds. */
const evaluationTakes = 5;

/** What fired longer ago while another receiver was in charge, that one has found, seconds. */
const foundByOther = 60;

const fired = 'ALERTS{alertstate="firing",rollback!="",deployment!=""}';
const fileSchema = z.object({ version: z.literal(1), until: z.number() });

/** @param directory `state.directory` of the configuration */
export function lookBackPath(directory: string): string {
  return join(directory, 'looked-back.json');
}

export interface LookBackParts {
  /** where it keeps until when it has looked */
  readonly path: string;
  readonly prometheus: Pick<PrometheusClient, 'query'>;
  readonly ledger: Ledger;
  readonly handler: Pick<AlertHandler, 'handle'>;
  readonly authority: Pick<Authority, 'refusal' | 'isSuperseded'>;
  readonly logger: Logger;
}

/**
 * Asks Prometheus which rollback alerts have fired since the last look, also before a restart, and takes each through the
 * same decision as a webhook: a violation that came and went between two comparisons, or while the receiver was down, is
 * one all the same. Every moment is looked at once. Times are Prometheus' own, Unix seconds.
 */
export class LookBack {
  readonly #parts: LookBackParts;
  /** undefined: not known yet */
  #until: number | undefined;

  constructor(parts: LookBackParts) {
    this.#parts = parts;
    // What fired before it counted must not be found in the past once it counts.
    parts.ledger.onRecord((record) => {
      if (record.type !== 'acceptance_ended') return;
      this.#until = Math.max(this.#until ?? 0, record.time);
      this.#save(this.#until).catch((error: unknown) => {
        parts.logger.error({ reason: errorMessage(error) }, 'until when was looked back cannot be written');
      });
    });
  }

  /** One look. @throws the Node system error when ledger or file cannot be written; then it is looked again */
  async run(): Promise<void> {
    try {
      await this.#look();
    } catch (error) {
      // The comparison with Prometheus, at the same interval, says that it does not answer; one not in charge looks again.
      if (!(error instanceof PrometheusError) && !(error instanceof NotInCharge)) throw error;
    }
  }

  async #look(): Promise<void> {
    const { prometheus, handler, authority } = this.#parts;
    const [clock] = await prometheus.query('vector(time())');
    if (clock === undefined) return;
    const until = clock.value - evaluationTakes;
    if (authority.isSuperseded()) this.#until = until - foundByOther;
    if (authority.refusal() !== undefined) return;
    this.#until ??= await this.#saved();
    const since = this.#until ?? until;
    if (since < until)
      for (const sample of await this.#firedBetween(since, until))
        await handler.handle(violationOfPast(sample.labels, until), {
          source: 'reconciliation',
          payloadDigest: null,
          receivedAt: clock.value,
        });
    // An acceptance may have ended meanwhile.
    this.#until = Math.max(this.#until ?? 0, until);
    await this.#save(this.#until);
  }

  #firedBetween(since: number, until: number): Promise<Sample[]> {
    const range = Math.max(1, Math.round((until - since) * 1000));
    return this.#parts.prometheus.query(`last_over_time(${fired}[${range}ms])`, until);
  }

  /** @returns undefined where there was no look yet, or none can be known of: then the past is past */
  async #saved(): Promise<number | undefined> {
    const { path, logger } = this.#parts;
    try {
      return fileSchema.parse(JSON.parse(await readFile(path, 'utf8'))).until;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT')
        logger.error({ file: path, reason: errorMessage(error) }, 'until when was looked back is unknown');
      return undefined;
    }
  }

  async #save(until: number): Promise<void> {
    await writeFileAtomically(this.#parts.path, `${JSON.stringify({ version: 1, until })}\n`);
  }
}
