import { join } from 'node:path';
import type { PrometheusClient } from '../alerts/prometheus.js';
import { clientTlsFiles, readClientTls } from '../config/client-tls.js';
import type { Config } from '../config/schema.js';
import { readSecrets } from '../config/secret.js';
import { job } from '../names.js';
import { causeMessage } from '../platform/errors.js';
import { httpRequest } from '../platform/http-request.js';
import { formatAddress, reachable } from '../platform/http-server.js';
import { runCommand } from '../platform/run-command.js';
import { readTail } from '../platform/tail.js';
import { firingLines, seriesLines } from '../reports/series.js';
import { printable } from '../reports/text.js';
import { readNewest } from '../rollback/redis-key.js';
import { baseEnvironment } from '../rollback/script-environment.js';

/** Lines of a journal or a log that are kept. */
const keptLines = 1000;
/** Bytes kept of one source: lines may be long. */
const keptBytes = 2 * 1024 * 1024;
/** Entries of the list of recent errors that are kept. */
const keptErrors = 100;
/** Longest time journalctl may take, seconds; after it, it is ended. */
const journalTimeout = 10;
/** The same for the exporter's page. */
const pageTimeout = 5;

/** Something that helps to find out what happened. */
export interface DiagnosticSource {
  /** name of its file */
  readonly file: string;
  /** what it is, for people */
  readonly what: string;
  /** @throws whatever keeps it from being had */
  readonly read: () => Promise<string>;
}

/** Everything that is put beside an incident file, each bounded in size and, but for the logs, in time. */
export function diagnosticSources(config: Config, prometheus: PrometheusClient): DiagnosticSource[] {
  const { files, systemd } = config;
  const log = (file: string, what: string, path: string): DiagnosticSource => ({
    file,
    what,
    read: () => readTail(path, keptLines, keptBytes),
  });
  const journal = (role: string, units: readonly string[]): DiagnosticSource => ({
    file: `journal-${role}.log`,
    what: `last ${keptLines} journal lines of ${units.join(', ')}`,
    read: () => readJournal(config, units),
  });
  return [
    journal('engine', systemd.engine_units),
    journal('harvest', systemd.harvest_units),
    log('scoreboard.md', 'the scoreboard as it stood', join(files.reports, 'scoreboard_latest.md')),
    log('canary.jsonl', 'end of the canary log', files.canary_log),
    log('monitor.log', "end of the calibration's monitor log", files.monitor_log),
    ...(files.production_log === ''
      ? []
      : [log('production.log', "end of the trading system's own log", files.production_log)]),
    {
      file: 'recent-errors.txt',
      what: `newest ${keptErrors} entries of ${config.redis.keys.recent_errors}, newest first`,
      read: () => readErrors(config.redis),
    },
    {
      file: 'readings.txt',
      what: 'every reading when this was gathered',
      read: () => readReadings(config, prometheus),
    },
    {
      file: 'firing-alerts.txt',
      what: 'alerts that fired when this was gathered',
      read: async () => {
        const lines = firingLines(await prometheus.alertingRules());
        return lines.length === 0 ? 'none\n' : `${lines.join('\n')}\n`;
      },
    },
  ];
}

/** Of all spellings of a unit at once: those that do not exist have no lines. */
async function readJournal({ journal, files }: Config, units: readonly string[]): Promise<string> {
  if (!journal.enabled) throw new Error('journal.enabled is false');
  const outcome = await runCommand({
    argv: [
      journal.journalctl,
      ...(journal.directory === '' ? [] : [`--directory=${journal.directory}`]),
      ...units.map((unit) => `--unit=${unit}`),
      `--lines=${keptLines}`,
      '--no-pager',
      '--output=short-iso',
    ],
    cwd: files.root,
    // Times in UTC, as everywhere beside it.
    environment: { ...baseEnvironment(), TZ: 'UTC', SYSTEMD_COLORS: '0' },
    stdin: '',
    timeoutSeconds: journalTimeout,
    outputLimit: keptBytes / 2,
  });
  const { error, timed_out, exit_code, signal, output } = outcome;
  if (error !== '') throw new Error(error);
  if (timed_out) throw new Error(`${journal.journalctl} took longer than ${journalTimeout} s`);
  if (exit_code !== 0)
    throw new Error(
      `${journal.journalctl} ended with ${exit_code ?? signal ?? 'a signal'}: ${output.trim()}`,
    );
  return output;
}

/** One entry a line. The time is bounded by that of a connection and of a command. */
async function readErrors(redis: Config['redis']): Promise<string> {
  const entries = await readNewest(redis, redis.keys.recent_errors, keptErrors);
  const longest = Math.floor(keptBytes / keptErrors);
  return entries.length === 0
    ? 'none\n'
    : `${entries.map((entry) => printable(entry.slice(0, longest))).join('\n')}\n`;
}

/** The exporter's page; where it does not answer what Prometheus last scraped of it. */
async function readReadings(config: Config, prometheus: PrometheusClient): Promise<string> {
  try {
    return await readPage(config.exporter);
  } catch (error) {
    const samples = await prometheus.query(`{job="${job.exporter}"}`);
    const reason = `# The exporter's page: ${causeMessage(error)}. What Prometheus says instead:`;
    return `${[reason, ...seriesLines(samples)].join('\n').slice(0, keptBytes)}\n`;
  }
}

async function readPage(exporter: Config['exporter']): Promise<string> {
  const scheme = exporter.tls.cert_file === '' ? 'http' : 'https';
  const { status, text } = await httpRequest(
    `${scheme}://${formatAddress(reachable(exporter.listen))}/metrics`,
    {
      headers: authorization(exporter),
      tls: readClientTls(clientTlsFiles(exporter), 'exporter.client_tls'),
      timeoutSeconds: pageTimeout,
      keptBytes,
    },
  );
  if (status !== 200) throw new Error(`it answered with ${status}`);
  return text;
}

function authorization({ bearer_token_file: tokenFile, basic_auth: basic }: Config['exporter']): {
  authorization?: string;
} {
  if (tokenFile !== '')
    return { authorization: `Bearer ${readSecrets(tokenFile, 'exporter.bearer_token_file')[0]}` };
  if (basic.password_file === '') return {};
  const [password] = readSecrets(basic.password_file, 'exporter.basic_auth.password_file');
  return { authorization: `Basic ${Buffer.from(`${basic.username}:${password}`).toString('base64')}` };
}
