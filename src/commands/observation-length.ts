import { parseDuration } from '../platform/duration.js';
import { UserError } from '../platform/errors.js';

const longest = 72 * 3600;

/**
 * Reads `--duration`, the length of an observation.
 * @returns seconds, 72 h at most
 * @throws UserError where the text is no such length
 */
export function parseObservation(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined || seconds === 0 || seconds > longest) {
    throw new UserError(
      `--duration "${text}" is no length of an observation. Write it like 90m, 24h or 72h; 72h at most, since the rules look back no further.`,
    );
  }
  return seconds;
}
