import { pino, type Logger } from 'pino';

export type { Logger };

/**
 * A logger that writes JSON lines to standard error, so that standard output stays a command's answer.
 * @param name the program, e.g. `exporter`
 * @param level pino's level name; `REDLINE_LOG_LEVEL` sets it
 */
export function createLogger(name: string, level = process.env.REDLINE_LOG_LEVEL ?? 'info'): Logger {
  return pino(
    { name, level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: false }),
  );
}
