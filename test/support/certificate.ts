import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { locateProgram } from '../../src/stack/programs.js';

/** The files of a certificate that nobody has signed but itself. */
export interface Certificate {
  readonly keyFile: string;
  readonly certificateFile: string;
}

/** Makes a certificate for this machine, valid for a day. @param folder takes its files */
export function makeCertificate(folder: string): Certificate {
  const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const { path, environment } = locateProgram('openssl');
  // An openssl that was only unpacked has no configuration of its own.
  const config = join(folder, 'openssl.cnf');
  writeFileSync(config, '[req]\ndistinguished_name = name\n[name]\n');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const output = ['-days', '1', '-keyout', keyFile, '-out', certificateFile];
  const args = ['req', '-x509', '-config', config, ...key, ...subject, ...output];
  execFileSync(path, args, { env: environment, stdio: 'ignore' });
  return { keyFile, certificateFile };
}
