import { writeFile } from 'node:fs/promises';
import { parseConfig } from '../config/load.js';
import { UserError } from '../platform/errors.js';
import { locateProgram } from './programs.js';

/**
 * Writes a redis-cli that runs where the set-up has only unpacked it, which a rollback of the demonstration needs.
 * Where there is none at all, such a rollback goes on without.
 */
export async function layOutRedisCli(path: string): Promise<void> {
  try {
    const { path: program, environment } = locateProgram('redis-cli');
    const libraries = environment.LD_LIBRARY_PATH;
    const setting = libraries === undefined ? '' : `export LD_LIBRARY_PATH=${quoted(libraries)}\n`;
    await writeFile(path, `#!/bin/sh\n${setting}exec ${quoted(program)} "$@"\n`, { mode: 0o755 });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}

/**
 * The usual plans, as a configuration file has them, with this redis-cli in that of a calibration.
 * @param path from the trading system's folder, where scripts run
 */
export function plansWithRedisCli(path: string): object {
  const { rollbacks } = parseConfig({}, 'the defaults');
  return Object.fromEntries(
    Object.entries(rollbacks).map(([name, { methods, environment }]) => [
      name,
      {
        environment: name === 'calibration' ? { ...environment, ROLLBACK_REDIS_CLI: path } : environment,
        methods: methods.map((method) => ({
          ...method,
          timeout: `${method.timeout}s`,
          verify_timeout: `${method.verify_timeout}s`,
        })),
      },
    ]),
  );
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
