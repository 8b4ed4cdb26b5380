import { join } from 'node:path';
import type { PrometheusClient } from '../alerts/prometheus.js';
import type { Config } from '../config/schema.js';
import { writeScoreboard } from '../reports/scoreboard.js';
import type { Ledger } from '../rollback/ledger.js';

/** How often the scoreboard is rewritten while a canary runs, seconds. */
const rewriteEvery = 30;

/** Keeps the scoreboard file up to date while a canary is under observation, from its first second on. */
export class ScoreboardWriter {
  readonly #path: string;
  readonly #ledger: Ledger;
  readonly #prometheus: PrometheusClient;
  #canary: string | undefined;
  #writtenAt = 0;

  constructor(files: Config['files'], ledger: Ledger, prometheus: PrometheusClient) {
    this.#path = join(files.reports, 'scoreboard_latest.md');
    this.#ledger = ledger;
    this.#prometheus = prometheus;
  }

  /** Writes where it is time to. @throws the Node system error when it cannot be written */
  async run(): Promise<void> {
    const canary = [...this.#ledger.state.deployments.values()].find(
      ({ kind, outcome }) => kind === 'canary' && outcome === null,
    )?.id;
    const isNew = canary !== this.#canary;
    this.#canary = canary;
    if (canary === undefined) return;
    if (!isNew && performance.now() - this.#writtenAt < rewriteEvery * 1000) return;
    this.#writtenAt = performance.now();
    await writeScoreboard(this.#prometheus, this.#path);
  }
}
