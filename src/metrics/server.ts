import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { Access } from '../config/access.js';
import type { Config } from '../config/schema.js';
import { CertificateWatch, serverTlsOptions } from '../config/server-tls.js';
import { listen, requestLimits, type ListenAddress } from '../platform/http-server.js';
import type { Logger } from '../platform/log.js';
import { securityHeaders } from '../platform/security-headers.js';
import { Exporter } from './exporter.js';
import { collectorModules } from './manifest.js';
import { ProcessMetrics } from './process-metrics.js';
import { answer, openPaths, plain, type Answer } from './routes.js';

const maxConnections = 256;

/** How long requests under way may take to end at shutdown, milliseconds. */
const shutdownPatience = 5000;

/** The exporter behind its HTTP address. */
export class ExporterServer {
  readonly #exporter: Exporter;
  readonly #server: Server;
  readonly #certificates: CertificateWatch;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #readConfig: () => Config;
  readonly #log: Logger;
  #config: Config;
  #access: Access;
  /** reloads wait for each other */
  #reloading: Promise<void> = Promise.resolve();

  /**
   * Prepares everything and listens to nobody yet.
   * @param readConfig reads the configuration, now and at every reload
   * @throws UserError where the configuration cannot be used
   */
  constructor(readConfig: () => Config, log: Logger) {
    this.#readConfig = readConfig;
    this.#log = log;
    this.#config = readConfig();
    const { exporter } = this.#config;
    this.#access = exporterAccess(exporter, log);
    const secrets = serverTlsOptions(exporter.tls, 'exporter.tls');
    this.#headers = securityHeaders(secrets !== undefined);
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
      void this.#respond(request, response);
    };
    this.#server =
      secrets === undefined
        ? createServer(requestLimits, onRequest)
        : createTlsServer({ ...requestLimits, ...secrets }, onRequest);
    this.#server.maxConnections = maxConnections;
    this.#certificates = new CertificateWatch(this.#server, exporter.tls, 'exporter.tls', log);
    this.#exporter = new Exporter(this.#config, collectorModules, new ProcessMetrics(), log);
  }

  /**
   * @returns the address
   * @throws UserError where it is taken
   */
  async start(): Promise<ListenAddress> {
    return listen(this.#server, this.#config.exporter.listen, 'exporter.listen');
  }

  /**
   * Reads the configuration and the secrets anew. The address, whether there is TLS and whether clients must show a
   * certificate stay until a restart.
   * @throws UserError where it cannot be used; the old one stays
   */
  async reload(): Promise<void> {
    const reloading = this.#reloading.then(() => this.#reload());
    this.#reloading = reloading.catch(() => undefined);
    return reloading;
  }

  /** Answers what is under way, then lets everything go. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    this.#server.closeIdleConnections();
    const impatience = setTimeout(() => {
      this.#server.closeAllConnections();
    }, shutdownPatience);
    await closed;
    clearTimeout(impatience);
    this.#certificates.close();
    await this.#reloading;
    await this.#exporter.close();
  }

  async #reload(): Promise<void> {
    const config = this.#readConfig();
    const access = exporterAccess(config.exporter, this.#log);
    serverTlsOptions(config.exporter.tls, 'exporter.tls');
    await this.#exporter.reconfigure(config);
    this.#access = access;
    this.#certificates.use(config.exporter.tls);
    const { host, port } = this.#config.exporter.listen;
    const wanted = config.exporter.listen;
    if (wanted.host !== host || wanted.port !== port) {
      this.#log.warn('exporter.listen was changed: that takes a restart');
    }
    this.#config = config;
    this.#log.info('configuration reloaded');
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A body says nothing to any of the routes.
    request.resume();
    try {
      const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
      if (!openPaths.has(path) && this.#access.judge(request.headers.authorization) !== 'allowed') {
        response.setHeader('WWW-Authenticate', [...this.#access.challenges]);
        this.#send(
          request,
          response,
          plain(401, 'this needs the secret of exporter.bearer_token_file or exporter.basic_auth\n'),
        );
        return;
      }
      const question = {
        method: request.method ?? 'GET',
        path,
        header: (name: string) => headerOf(request, name),
      };
      const context = { exporter: this.#exporter, reload: () => this.reload() };
      this.#send(
        request,
        response,
        (await answer(question, context)) ?? plain(404, 'not found; / lists what is here\n'),
      );
    } catch (error) {
      this.#log.error({ err: error, path: request.url }, 'request failed');
      if (!response.headersSent)
        this.#send(request, response, plain(500, 'internal error; the log of the exporter says which\n'));
    }
  }

  #send(request: IncomingMessage, response: ServerResponse, { status, type, body, encoding }: Answer): void {
    response.writeHead(status, {
      ...this.#headers,
      'Content-Type': type,
      ...(encoding === undefined ? {} : { 'Content-Encoding': encoding }),
      'Content-Length': Buffer.byteLength(body),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }
}

/** @throws UserError where a secret cannot be read */
function exporterAccess(exporter: Config['exporter'], log: Logger): Access {
  return new Access(
    {
      tokenFile: exporter.bearer_token_file,
      tokenSetting: 'exporter.bearer_token_file',
      basicAuth: exporter.basic_auth,
      basicSetting: 'exporter.basic_auth',
    },
    log,
  );
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
