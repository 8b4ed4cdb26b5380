import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { locateProgram } from '../../src/stack/programs.js';

/** The files of a certificate. */
export interface Certificate {
  readonly keyFile: string;
  readonly certificateFile: string;
}

const localNames = 'subjectAltName=DNS:localhost,IP:127.0.0.1';

/** Makes a certificate for this machine that nobody has signed but itself, valid for a day. @param folder takes its files */
export function makeCertificate(folder: string): Certificate {
  return selfSigned(folder, '', ['-subj', '/CN=localhost', '-addext', localNames]);
}

/** An authority of its own. @param folder takes the files of whatever it signs */
export class Authority {
  /** by which it is trusted */
  readonly caFile: string;
  readonly #folder: string;
  readonly #own: Certificate;

  constructor(folder: string) {
    this.#folder = folder;
    this.#own = selfSigned(folder, 'ca-', [
      ...['-subj', '/CN=an authority of the tests'],
      ...['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'],
    ]);
    this.caFile = this.#own.certificateFile;
  }

  /**
   * A certificate for this machine and any use.
   * @param name its common name, and of its files
   * @param days how long it is valid from now on; below 0: since so long it is not
   */
  sign(name: string, days = 1): Certificate {
    const [request, extensions] = [join(this.#folder, `${name}.csr`), join(this.#folder, `${name}.ext`)];
    const certificate = filesOf(this.#folder, `${name}-`);
    writeFileSync(extensions, `${localNames}\nextendedKeyUsage=serverAuth,clientAuth\n`);
    openssl(this.#folder, ['req', '-new', ...newKey(certificate), '-subj', `/CN=${name}`, '-out', request]);
    const signer = ['-CA', this.#own.certificateFile, '-CAkey', this.#own.keyFile, '-CAcreateserial'];
    const output = ['-days', String(days), '-extfile', extensions, '-out', certificate.certificateFile];
    openssl(this.#folder, ['x509', '-req', '-in', request, ...signer, ...output]);
    return certificate;
  }
}

function selfSigned(folder: string, prefix: string, about: readonly string[]): Certificate {
  const certificate = filesOf(folder, prefix);
  const output = ['-days', '1', '-out', certificate.certificateFile];
  openssl(folder, ['req', '-x509', ...newKey(certificate), ...about, ...output]);
  return certificate;
}

function filesOf(folder: string, prefix: string): Certificate {
  return { keyFile: join(folder, `${prefix}key.pem`), certificateFile: join(folder, `${prefix}cert.pem`) };
}

function newKey({ keyFile }: Certificate): string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
}

function openssl(folder: string, [command = '', ...args]: readonly string[]): void {
  const { path, environment } = locateProgram('openssl');
  // An openssl that was only unpacked has no configuration of its own.
  const config = join(folder, 'openssl.cnf');
  writeFileSync(config, '[req]\ndistinguished_name = name\n[name]\n');
  const configured = command === 'req' ? ['-config', config] : [];
  execFileSync(path, [command, ...configured, ...args], { env: environment, stdio: 'ignore' });
}
