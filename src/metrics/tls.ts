import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Config } from '../config/schema.js';
import { errorMessage, UserError } from '../platform/errors.js';

/** Certificate and key of the server. */
export interface TlsSecrets {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/**
 * Reads certificate and key.
 * @returns undefined where none are configured
 * @throws UserError where only one of them is, or they cannot be read or do not fit each other
 */
export function tlsSecrets({ cert_file, key_file }: Config['exporter']['tls']): TlsSecrets | undefined {
  if (cert_file === '' && key_file === '') return undefined;
  if (cert_file === '' || key_file === '') {
    throw new UserError('exporter.tls needs both cert_file and key_file.');
  }
  try {
    const secrets = { cert: readFileSync(cert_file), key: readFileSync(key_file) };
    createSecureContext(secrets);
    return secrets;
  } catch (error) {
    throw new UserError(`The certificate or key of exporter.tls cannot be used: ${errorMessage(error)}.`);
  }
}
