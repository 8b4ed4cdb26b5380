import { loadConfig } from '../config/load.js';
import { ExporterServer } from '../metrics/server.js';
import { errorMessage, UserError } from '../platform/errors.js';
import { createLogger, type Logger } from '../platform/log.js';
import { terminationSignal } from '../platform/shutdown.js';

/**
 * Runs the exporter until it is told to end; SIGHUP makes it read its configuration anew.
 * @throws UserError where it cannot start
 */
export async function runExporter(configPath: string | undefined): Promise<void> {
  const log = createLogger('exporter');
  const server = new ExporterServer(() => loadConfig(configPath).config, log);
  try {
    const { host, port } = await server.start();
    log.info({ address: `${host}:${port}` }, 'exporter listens');
    process.on('SIGHUP', () => void reload(server, log));
    const signal = await terminationSignal();
    log.info({ signal }, 'exporter ends');
  } finally {
    await server.close();
  }
}

/**
 * Says whether the exporter could start with this configuration, without listening.
 * @throws UserError with what is wrong
 */
export async function checkExporter(configPath: string | undefined): Promise<void> {
  const { config, path } = loadConfig(configPath);
  const server = new ExporterServer(() => config, createLogger('exporter', 'silent'));
  await server.close();
  process.stdout.write(`${path ?? 'The configuration (all defaults)'} is usable by the exporter.\n`);
}

async function reload(server: ExporterServer, log: Logger): Promise<void> {
  try {
    await server.reload();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    log.error({ cause: errorMessage(error) }, 'configuration not reloaded, the old one stays');
  }
}
