import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PrometheusError, type AlertingRule } from '../alerts/prometheus.js';
import { nearMiss } from '../config/load.js';
import type { Deployment } from '../deployments/deployment.js';
import { newId } from '../deployments/identifiers.js';
import { unixNow } from '../platform/clock.js';
import { errorCode, errorMessage, ExitCode, UserError } from '../platform/errors.js';
import { writeIncident } from '../receiver/incident-writer.js';
import { findEpisodes, rememberedDays, type AlertEpisode } from '../reports/alert-episode.js';
import { alertIncident } from '../reports/incident-alert.js';
import { openServices, type Services } from './services.js';
import { note, print } from './terminal.js';

/**
 * `redline incident new`: writes the file and prints its path.
 * @throws UserError for an alert that no rule has, or (exit 2) that does not fire and did not, or where nobody can say
 */
export async function newIncident(
  configPath: string | undefined,
  alertname: string,
  deployment: string | undefined,
): Promise<void> {
  const services = openServices(configPath);
  const now = unixNow();
  const episodes = await ask(() => episodesOf(services, alertname, deployment, now));
  const [newest, ...others] = episodes;
  if (newest === undefined) {
    throw new UserError(
      `${alertname} does not fire${deployment === undefined ? '' : ` for ${deployment}`}, and has not in the last ${rememberedDays} days: there is nothing to write down.`,
      ExitCode.refused,
    );
  }
  const judged = await deploymentOf(services, newest.labels.deployment);
  const { incidents } = services.config.files;
  const began = newest.began ?? now;
  const name = newId([alertname], began, (id) => existsSync(join(incidents, `${id}.md`)));
  try {
    const path = await writeIncident(services.config, services.prometheus, name, (diagnostics) =>
      alertIncident([newest, ...others], judged, name, diagnostics, now),
    );
    print(path);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    throw new UserError(
      `The incident file cannot be written: ${errorMessage(error)}. Run as the receiver's user, or set files.incidents.`,
    );
  }
}

async function episodesOf(
  { prometheus }: Services,
  alertname: string,
  deployment: string | undefined,
  now: number,
): Promise<AlertEpisode[]> {
  const rules = await prometheus.alertingRules();
  const own = rules.filter(({ name }) => name === alertname);
  if (own.length === 0) throw new UserError(unknownAlert(alertname, rules));
  return findEpisodes(prometheus, own, deployment, now);
}

function unknownAlert(alertname: string, rules: readonly AlertingRule[]): string {
  const names = [...new Set(rules.map(({ name }) => name))].sort();
  if (names.length === 0) return `There is no alert ${alertname}: Prometheus has no alerting rule at all.`;
  return `There is no alert ${alertname}.${nearMiss(alertname, names)}\nThe alerts are: ${names.join(', ')}.`;
}

async function ask<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    throw new UserError(`${error.message}. Nothing was written.`, ExitCode.refused);
  }
}

/** What the receiver knows of it; the file is as good as can be without. */
async function deploymentOf({ receiver }: Services, id: string | undefined): Promise<Deployment | undefined> {
  if (id === undefined || id === '') return undefined;
  try {
    return (await receiver.deployments()).find((deployment) => deployment.id === id);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    note(`${error.message}\nThe file will not say when ${id} was declared.`);
    return undefined;
  }
}
