import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Express } from 'express';
import type { Config } from '../config/schema.js';
import { serverTlsOptions } from '../config/server-tls.js';
import { errorCode } from '../platform/errors.js';
import { requestLimits } from '../platform/http-server.js';
import type { RefusalReason } from './refusals.js';

/** Alertmanager opens one for each group that it flushes: a thousand violations at once must not wait for its next try. */
const maxConnections = 2048;

/** What is answered to what is no request, or none in time, by the code of Node's error. */
const refusals: Readonly<Record<string, { status: string; reason: RefusalReason }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: '408 Request Timeout', reason: 'slow_request' },
  HPE_HEADER_OVERFLOW: { status: '431 Request Header Fields Too Large', reason: 'headers_too_large' },
};
const badRequest: { status: string; reason: RefusalReason } = {
  status: '400 Bad Request',
  reason: 'bad_request',
};

/**
 * The server in front of the app, with TLS where `receiver.tls` names certificate and key.
 * @param count told of each connection that is ended before the app sees a request
 * @throws UserError when they cannot be read or used
 */
export function createReceiverServer(
  app: Express,
  tls: Config['receiver']['tls'],
  count: (reason: RefusalReason) => void,
): Server {
  const secrets = serverTlsOptions(tls, 'receiver.tls');
  const server =
    secrets === undefined
      ? createServer(requestLimits, app)
      : createTlsServer({ ...requestLimits, ...secrets }, app);
  server.maxConnections = maxConnections;
  server.on('clientError', (error: Error, socket: Duplex) => {
    refuse(error, socket, count);
  });
  server.on('drop', () => {
    count('too_many_connections');
  });
  server.on('tlsClientError', (_error: Error, socket: Socket) => {
    count('tls_handshake');
    socket.destroy();
  });
  return server;
}

function refuse(error: Error, socket: Duplex, count: (reason: RefusalReason) => void): void {
  // A caller who went away asked for nothing.
  if (errorCode(error) === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, reason } = refusals[errorCode(error) ?? ''] ?? badRequest;
  count(reason);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
