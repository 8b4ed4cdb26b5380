import { join } from 'node:path';
import { PrometheusError, type PrometheusClient } from '../alerts/prometheus.js';
import type { Config } from '../config/schema.js';
import { recordedMetric } from '../names.js';
import { writeScoreboard } from '../reports/scoreboard.js';
import type { Ledger } from '../rollback/ledger.js';

/** How often the scoreboard is rewritten while a canary runs, seconds. */
const rewriteEvery = 30;
/** How long after its end Prometheus may go on calling a canary observed before it is written down anyway, seconds. */
const longestWait = 120;

/**
 * Keeps the scoreboard file up to date while a canary is under observation, from its first second on, and writes it a last
 * time when the canary has ended: else it would go on saying "under observation".
 */
export class ScoreboardWriter {
  readonly #path: string;
  readonly #ledger: Ledger;
  readonly #prometheus: PrometheusClient;
  #canary: string | undefined;
  #writtenAt = -Infinity;
  /** a canary that has ended and is not written so yet, and since when, milliseconds of the monotonic clock */
  #ended: { readonly id: string; readonly since: number } | undefined;

  constructor(files: Config['files'], ledger: Ledger, prometheus: PrometheusClient) {
    this.#path = join(files.reports, 'scoreboard_latest.md');
    this.#ledger = ledger;
    this.#prometheus = prometheus;
    // It may have ended while no receiver ran.
    this.#canary = this.#canaries().at(-1)?.id;
  }

  /** Writes where it is time to. @throws the Node system error when it cannot be written */
  async run(): Promise<void> {
    const canary = this.#canaries().find(({ outcome }) => outcome === null)?.id;
    const isNew = canary !== this.#canary;
    if (isNew && this.#canary !== undefined) this.#ended = { id: this.#canary, since: performance.now() };
    this.#canary = canary;
    if (canary === undefined) {
      await this.#writeLast();
      return;
    }
    this.#ended = undefined;
    if (isNew || performance.now() - this.#writtenAt >= rewriteEvery * 1000) await this.#write();
  }

  async #writeLast(): Promise<void> {
    if (this.#ended === undefined) return;
    const { id, since } = this.#ended;
    const isLate = performance.now() - since >= longestWait * 1000;
    if (!isLate && (await this.#isObserved(id))) return;
    await this.#write();
    this.#ended = undefined;
  }

  /** What Prometheus says follows the ledger by a scrape and an evaluation; no answer is no "no". */
  async #isObserved(id: string): Promise<boolean> {
    try {
      const selector = `${recordedMetric.observed}{deployment=${JSON.stringify(id)}}`;
      return (await this.#prometheus.query(selector)).length > 0;
    } catch (error) {
      if (error instanceof PrometheusError) return true;
      throw error;
    }
  }

  async #write(): Promise<void> {
    this.#writtenAt = performance.now();
    await writeScoreboard(this.#prometheus, this.#path);
  }

  #canaries(): { id: string; outcome: string | null }[] {
    return [...this.#ledger.state.deployments.values()].filter(({ kind }) => kind === 'canary');
  }
}
