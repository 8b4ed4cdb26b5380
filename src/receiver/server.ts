import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Express } from 'express';
import type { Config } from '../config/schema.js';
import { errorMessage, UserError } from '../platform/errors.js';

/** Limits against callers that are slow or many; times in milliseconds. */
const limits: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2_000,
};
const maxConnections = 512;

/**
 * The server in front of the app, with TLS where `receiver.tls` names certificate and key.
 * @throws UserError when they cannot be read or used
 */
export function createReceiverServer(app: Express, tls: Config['receiver']['tls']): Server {
  const server = tls.cert_file === '' ? createServer(limits, app) : createTls(app, tls);
  server.maxConnections = maxConnections;
  return server;
}

function createTls(app: Express, tls: Config['receiver']['tls']): Server {
  try {
    const secrets = { cert: readFileSync(tls.cert_file), key: readFileSync(tls.key_file) };
    return createTlsServer({ ...limits, ...secrets }, app);
  } catch (error) {
    throw new UserError(`receiver.tls cannot be used: ${errorMessage(error)}`);
  }
}
