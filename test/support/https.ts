import { connect } from 'node:tls';
import type { SecureContextOptions } from 'node:tls';
import { httpRequest, type HttpAnswer, type HttpRequest } from '../../src/platform/http-request.js';

/** A request over TLS. @returns its answer, or the reason for there being none */
export async function ask(
  url: string,
  tls: SecureContextOptions,
  request: Partial<HttpRequest> = {},
): Promise<HttpAnswer | string> {
  try {
    return await httpRequest(url, { tls, timeoutSeconds: 10, ...request });
  } catch (error) {
    return String(error);
  }
}

/** The common name of the certificate that a server shows now. */
export function shownName(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      const name = socket.getPeerCertificate().subject.CN;
      resolve([name].flat().join());
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

/** The version of TLS that a server agrees to; undefined where to none of these. */
export function agreedVersion(port: number, version: 'TLSv1.1' | 'TLSv1.2'): Promise<string | undefined> {
  return new Promise((resolve) => {
    // The oldest ciphers, too: else it is our side that refuses.
    const options = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options }, () => {
      resolve(socket.getProtocol() ?? undefined);
      socket.destroy();
    });
    socket.on('error', () => {
      resolve(undefined);
    });
  });
}
