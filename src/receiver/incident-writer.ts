import { access } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { PrometheusClient } from '../alerts/prometheus.js';
import type { Config } from '../config/schema.js';
import { unixNow } from '../platform/clock.js';
import { errorMessage } from '../platform/errors.js';
import type { Logger } from '../platform/log.js';
import { renderIncident, type Diagnostic, type Incident } from '../reports/incident.js';
import { rollbackIncident } from '../reports/incident-rollback.js';
import type { Ledger } from '../rollback/ledger.js';
import { diagnosticSources } from './diagnostic-sources.js';
import { gatherDiagnostics, writeIncidentFile } from './diagnostics.js';

/** Pause before a file that could not be written is tried again, seconds: doubled with each failure up to the longest. */
const firstPause = 1;
const longestPause = 300;

export interface IncidentParts {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly prometheus: PrometheusClient;
  readonly logger: Logger;
}

/**
 * Writes the diagnostics, and then the file that names them: where that exists, all of it does.
 * @param name of file and folder, without `.md`
 * @param describe makes the incident of what could be gathered
 * @returns the file's path
 * @throws the Node system error of what could not be written
 */
export async function writeIncident(
  config: Config,
  prometheus: PrometheusClient,
  name: string,
  describe: (diagnostics: readonly Diagnostic[]) => Incident,
): Promise<string> {
  const folder = join(config.files.incidents, name);
  const diagnostics = await gatherDiagnostics(diagnosticSources(config, prometheus), folder);
  const path = `${folder}.md`;
  await writeIncidentFile(path, renderIncident(describe(diagnostics)));
  return path;
}

/**
 * Writes an incident file for every rollback that has ended, whoever ran it. Nobody waits for it: a file that cannot be
 * written is tried again, later and later, also after a restart.
 */
export class IncidentWriter {
  readonly #parts: IncidentParts;
  #failures = 0;
  /** milliseconds of the monotonic clock */
  #notBefore = 0;

  constructor(parts: IncidentParts) {
    this.#parts = parts;
  }

  /** Writes what is due. Never throws: what went wrong is logged. */
  async run(): Promise<void> {
    if (performance.now() < this.#notBefore) return;
    for (const id of [...this.#parts.ledger.state.awaitingIncident]) {
      if (!(await this.#attempt(id))) return;
    }
  }

  async #attempt(id: string): Promise<boolean> {
    const { logger } = this.#parts;
    try {
      const path = await writeRollbackIncident(this.#parts, id);
      if (path !== undefined) logger.info({ rollback: id, file: path }, 'incident file written');
      this.#failures = 0;
      return true;
    } catch (error) {
      const pause = Math.min(longestPause, firstPause * 2 ** this.#failures);
      this.#failures += 1;
      this.#notBefore = performance.now() + pause * 1000;
      logger.error(
        { rollback: id, reason: errorMessage(error), again_in_seconds: pause },
        'the incident file cannot be written; trying again',
      );
      return false;
    }
  }
}

/**
 * Writes the incident file of a rollback that has ended, and that it is written. One that a crash left without its record
 * stays as it is: a person may have begun to fill it in.
 * @returns its path; undefined where the rollback is no longer in memory
 * @throws the Node system error of what could not be written
 */
export async function writeRollbackIncident(
  { config, ledger, prometheus }: Omit<IncidentParts, 'logger'>,
  id: string,
): Promise<string | undefined> {
  const { rollbacks, deployments } = ledger.state;
  const rollback = rollbacks.get(id);
  if (rollback === undefined) return undefined;
  const existing = join(config.files.incidents, `${id}.md`);
  const path = (await exists(existing))
    ? existing
    : await writeIncident(config, prometheus, id, (diagnostics) =>
        rollbackIncident(rollback, deployments.get(rollback.deployment), diagnostics, unixNow()),
      );
  await ledger.append({ type: 'incident_written', rollback: id, file: basename(path) });
  return path;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
