import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createSecureContext, type SecureContextOptions, type TlsOptions } from 'node:tls';
import { errorMessage, UserError } from '../platform/errors.js';
import { fileVersion } from '../platform/file-version.js';
import type { Logger } from '../platform/log.js';
import type { Config } from './schema.js';

type TlsSettings = Config['exporter']['tls'];

/** How often the files are looked at, seconds. */
const lookInterval = 5;

/** A handshake takes one or two round trips; milliseconds. */
const handshakeTimeout = 10_000;

/**
 * What a server with TLS is created with: 1.2 at least, and with `client_ca_file` nobody is let in without a certificate that
 * is signed by it.
 * @param setting the configuration key of the settings, for errors
 * @returns undefined where no certificate is configured
 * @throws UserError where only one of certificate and key is, or they cannot be read or do not fit each other
 */
export function serverTlsOptions(
  settings: TlsSettings,
  setting: string,
): (TlsOptions & SecureContextOptions) | undefined {
  const context = readContext(settings, setting);
  if (context === undefined) return undefined;
  const asksClients = settings.client_ca_file !== '';
  return { ...context, handshakeTimeout, requestCert: asksClients, rejectUnauthorized: asksClients };
}

/** The part of it that can be replaced while the server runs. */
function readContext(settings: TlsSettings, setting: string): SecureContextOptions | undefined {
  const { cert_file, key_file, client_ca_file } = settings;
  if (cert_file === '' && key_file === '') {
    if (client_ca_file === '') return undefined;
    throw new UserError(`${setting}.client_ca_file needs ${setting}.cert_file and key_file beside it.`);
  }
  if (cert_file === '' || key_file === '')
    throw new UserError(`${setting} needs both cert_file and key_file.`);
  try {
    const context: SecureContextOptions = {
      cert: readFileSync(cert_file),
      key: readFileSync(key_file),
      minVersion: 'TLSv1.2',
      ...(client_ca_file === '' ? {} : { ca: readFileSync(client_ca_file) }),
    };
    createSecureContext(context);
    return context;
  } catch (error) {
    throw new UserError(`The certificate or key of ${setting} cannot be used: ${errorMessage(error)}.`);
  }
}

/**
 * Keeps the certificates of a server those of its files: they are looked at every few seconds and whenever `refresh` is called.
 * Connections that stand keep the certificate that they began with.
 */
export class CertificateWatch {
  readonly #server: Server;
  readonly #setting: string;
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;
  #settings: TlsSettings;
  #version: string;

  constructor(server: Server, settings: TlsSettings, setting: string, logger: Logger) {
    this.#server = server;
    this.#settings = settings;
    this.#setting = setting;
    this.#logger = logger;
    this.#version = versionOf(settings);
    this.#timer = setInterval(() => {
      this.refresh();
    }, lookInterval * 1000).unref();
  }

  /** From now on other files. @throws UserError where these cannot be used; the certificates from before stay */
  use(settings: TlsSettings): void {
    this.#replace(settings);
    this.#settings = settings;
  }

  /** Takes what has changed. What cannot be used leaves the certificates from before, and is logged once. */
  refresh(): void {
    const version = versionOf(this.#settings);
    if (version === this.#version) return;
    this.#version = version;
    try {
      this.#replace(this.#settings);
      this.#logger.info({ setting: this.#setting }, 'certificates read again');
    } catch (error) {
      this.#logger.error(
        { setting: this.#setting, reason: errorMessage(error) },
        'the certificates cannot be read again; those from before stay in use',
      );
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #replace(settings: TlsSettings): void {
    const context = readContext(settings, this.#setting);
    if (context !== undefined && isTlsServer(this.#server)) this.#server.setSecureContext(context);
  }
}

function isTlsServer(
  server: Server,
): server is Server & { setSecureContext: (context: SecureContextOptions) => void } {
  return 'setSecureContext' in server;
}

function versionOf({ cert_file, key_file, client_ca_file }: TlsSettings): string {
  return [cert_file, key_file, client_ca_file]
    .map((path) => {
      try {
        return path === '' ? '' : fileVersion(path);
      } catch (error) {
        return errorMessage(error);
      }
    })
    .join(' ');
}
