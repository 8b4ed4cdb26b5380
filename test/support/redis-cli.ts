import { locateProgram } from '../../src/stack/programs.js';
import type { TradingFolder } from './trading-folder.js';

/** A redis-cli that runs where the set-up has only unpacked it. @returns its path below the folder's root */
export function redisCliIn(folder: TradingFolder): string {
  const { path, environment } = locateProgram('redis-cli');
  const libraries = environment.LD_LIBRARY_PATH;
  const setting = libraries === undefined ? '' : `export LD_LIBRARY_PATH=${libraries}\n`;
  return folder.program('bin/redis-cli', `${setting}exec ${path} "$@"`);
}
