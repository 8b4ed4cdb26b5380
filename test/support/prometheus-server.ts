import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { Child } from '../../src/stack/child.js';
import { locateProgram } from '../../src/stack/programs.js';

export interface ServerStart {
  readonly program: 'prometheus' | 'alertmanager';
  /** takes its configuration, data and log */
  readonly folder: string;
  readonly port: number;
  readonly config: object;
  /** beyond configuration file and address */
  readonly args: readonly string[];
  readonly ready: () => Promise<boolean>;
}

/** A Prometheus or an Alertmanager with arguments of the test's own; it ends with the test. */
export async function startServer(start: ServerStart): Promise<void> {
  const { program: name, folder, port, config, args, ready } = start;
  const program = locateProgram(name);
  mkdirSync(folder, { recursive: true });
  const configFile = join(folder, `${name}.yml`);
  writeFileSync(configFile, stringify(config));
  const child = await Child.start({
    name,
    command: program.path,
    args: [`--config.file=${configFile}`, `--web.listen-address=127.0.0.1:${port}`, ...args],
    environment: program.environment,
    cwd: program.folder ?? folder,
    logFile: join(folder, `${name}.log`),
    ready,
  });
  onTestFinished(() => child.stop('SIGKILL'));
}
