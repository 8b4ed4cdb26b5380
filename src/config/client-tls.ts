import { readFileSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';
import { errorMessage, UserError } from '../platform/errors.js';
import type { Config } from './schema.js';

/** A program of Redline as its configuration describes it to those who ask it. */
type Program = Pick<Config['receiver'], 'tls' | 'client_tls'>;

/** Files by which a client trusts a program, and by which the program trusts it; empty: none. */
export interface ClientTlsFiles {
  readonly caFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/**
 * What a client of the program on this machine needs: `client_tls`, and where that names no authority the program's own
 * certificate, which is trusted as it stands.
 */
export function clientTlsFiles({ tls, client_tls: client }: Program): ClientTlsFiles {
  return {
    caFile: client.ca_file === '' ? tls.cert_file : client.ca_file,
    certificateFile: client.cert_file,
    keyFile: client.key_file,
  };
}

/**
 * The files' content, for a request.
 * @param setting the configuration key of the files, for errors
 * @throws UserError where a file cannot be read
 */
export function readClientTls(files: ClientTlsFiles, setting: string): SecureContextOptions {
  const read = (path: string): Buffer => {
    try {
      return readFileSync(path);
    } catch (error) {
      throw new UserError(`A file of ${setting} cannot be read: ${errorMessage(error)}.`);
    }
  };
  const { caFile, certificateFile, keyFile } = files;
  return {
    ...(caFile === '' ? {} : { ca: read(caFile), allowPartialTrustChain: true }),
    ...(certificateFile === '' ? {} : { cert: read(certificateFile), key: read(keyFile) }),
  };
}
