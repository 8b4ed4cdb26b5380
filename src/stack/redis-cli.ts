import { writeFile } from 'node:fs/promises';
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

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
