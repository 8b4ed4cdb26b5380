import { readFileSync } from 'node:fs';
import { errorMessage, UserError } from '../platform/errors.js';

/**
 * Reads a secret from its file, without the newline at its end.
 * @param setting the configuration key that names the file, for the error
 * @throws UserError when the file cannot be read or is empty
 */
export function readSecret(path: string, setting: string): string {
  let secret: string;
  try {
    secret = readFileSync(path, 'utf8').trimEnd();
  } catch (error) {
    throw new UserError(
      `The secret of ${setting} cannot be read: ${errorMessage(error)}. Create it: openssl rand -hex 32 > ${path}`,
    );
  }
  if (secret === '')
    throw new UserError(
      `The secret of ${setting} is empty: ${path}. Create it: openssl rand -hex 32 > ${path}`,
    );
  return secret;
}

/**
 * Reads the secrets that a file lists, one a line: while one is rotated both the new and the old one stand there. The first
 * is the one to send.
 * @throws UserError when the file cannot be read or is empty
 */
export function readSecrets(path: string, setting: string): [string, ...string[]] {
  const [first, ...others] = readSecret(path, setting)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  // What was read is not empty, so it has a first line.
  return [first ?? '', ...others];
}
