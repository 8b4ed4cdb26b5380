import { dirname, join } from 'node:path';
import type { Config } from '../config/schema.js';
import { readSecret } from '../config/secret.js';
import { harvestUnit, overrideInstalledPath, resolveEngineUnit } from '../deployments/engine-unit.js';
import { isoTime, unixNow } from '../platform/clock.js';
import { formatAddress, listen } from '../platform/http-server.js';
import { terminationSignal } from '../platform/shutdown.js';
import { publishAddress, simulatorListenAddress, simulatorVariable, withdrawAddress } from './address.js';
import { createControlServer } from './control-server.js';
import { goLiveFilesOf } from './services/go-live-files.js';
import { refuseTakenAddresses, servedServices } from './services/settings.js';
import { JournalFile } from './trading/journal-file.js';
import { Simulator } from './simulator.js';
import { layOutTradingFiles } from './trading-files.js';
import { TradingJournal } from './trading/journal.js';

/** Stands beside the pid file of the engine, where the demonstration's `journalctl` finds it. */
const journalName = 'journal.jsonl';

export interface RunOptions {
  readonly config: Config;
  /** events a second */
  readonly rate: number;
  readonly seed: number;
  readonly ownRedis: boolean;
}

/**
 * Runs the simulator until SIGINT or SIGTERM.
 * @throws UserError when an address is taken, or Redis does not answer or is not the simulator's to write
 */
export async function runSimulator({ config, rate, seed, ownRedis }: RunOptions): Promise<void> {
  const ended = terminationSignal();
  const pidFile = config.systemd.engine_pid_file || join(config.files.root, 'engine.pid');
  const services = servedServices(config, seed);
  const unit = await resolveEngineUnit(config);
  const journal = new JournalFile(join(dirname(pidFile), journalName), {
    engine: unit,
    harvest: harvestUnit(config),
  });
  const simulator = new Simulator({
    redis: {
      url: config.redis.url,
      username: config.redis.username,
      password:
        config.redis.password_file === ''
          ? ''
          : readSecret(config.redis.password_file, 'redis.password_file'),
      stream: config.redis.streams.trade_intent,
      keys: config.redis.keys,
    },
    ownsRedis: ownRedis,
    units: {
      engine: {
        pidFile,
        override: overrideInstalledPath(config.files, unit),
        calibrationConfig: config.files.calibration_config,
      },
      harvestPidFile: config.systemd.harvest_pid_file || join(dirname(pidFile), 'harvest.pid'),
      root: config.files.root,
    },
    services: {
      settings: services,
      files: goLiveFilesOf(config.files),
      backendPidFile: config.systemd.backend_pid_file || join(dirname(pidFile), 'backend.pid'),
      folder: dirname(pidFile),
    },
    production: {
      database: config.database.enabled ? config.database : undefined,
      log: config.files.production_log || undefined,
    },
    journal: new TradingJournal(journal, unixNow()),
    rate,
    seed,
    model: 'patchtst',
    onNote: say,
  });
  const server = createControlServer(simulator);
  const address = await listen(server, simulatorListenAddress(process.env), simulatorVariable);
  try {
    await refuseTakenAddresses(services);
    await layOutTradingFiles(config.files);
    await simulator.start();
    await publishAddress(config.state.directory, address);
    say(`writing ${rate} events a second to ${config.redis.streams.trade_intent}`);
    say(`control at http://${formatAddress(address)}; redline inject FAULT breaks something`);
    say(`its units are processes of the simulator, the engine's pid is in ${pidFile}: no systemd runs them`);
    await ended;
  } finally {
    server.close();
    server.closeAllConnections();
    await simulator.stop();
    await withdrawAddress(config.state.directory);
  }
}

function say(text: string): void {
  process.stdout.write(`${isoTime(unixNow())} ${text}\n`);
}
