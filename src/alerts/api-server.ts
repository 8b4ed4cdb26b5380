import { Agent as PlainAgent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { httpRequest, StaleConnection, type HttpAnswer, type HttpRequest } from '../platform/http-request.js';

/** What a server wants to be shown. */
export interface ServerAccess {
  /** sent with each request; asked for each time, since a secret may be rotated. @throws UserError */
  readonly headers: () => Readonly<Record<string, string>>;
  /** authority, certificate and key */
  readonly tls: SecureContextOptions;
}

/** Of a server that answers anybody, over HTTP or with a certificate that Node trusts. */
export const openAccess: ServerAccess = { headers: () => ({}), tls: {} };

/** A server of Prometheus' family that is asked over HTTP again and again, over kept connections. */
export class ApiServer {
  /** without a slash at its end */
  readonly base: string;
  readonly #timeoutSeconds: number;
  readonly #access: ServerAccess;
  readonly #agent: PlainAgent;

  /**
   * @param url the server, e.g. `http://127.0.0.1:9090`; may have a path
   * @param timeoutSeconds longest time one question may take
   */
  constructor(url: string, timeoutSeconds: number, access: ServerAccess) {
    this.base = url.replace(/\/+$/, '');
    this.#timeoutSeconds = timeoutSeconds;
    this.#access = access;
    const kept = { keepAlive: true };
    this.#agent = url.startsWith('https:') ? new TlsAgent({ ...kept, ...access.tls }) : new PlainAgent(kept);
  }

  /**
   * @param path with the query, beginning with a slash
   * @throws Error saying why there is no answer
   */
  async ask(path: string, request: Pick<HttpRequest, 'method' | 'body'> = {}): Promise<HttpAnswer> {
    const content = request.body === undefined ? {} : { 'content-type': 'application/json' };
    const whole = {
      ...request,
      headers: { accept: 'application/json', ...content, ...this.#access.headers() },
      agent: this.#agent,
      timeoutSeconds: this.#timeoutSeconds,
    };
    try {
      return await httpRequest(this.base + path, whole);
    } catch (error) {
      // Reading changes nothing, and the same alert told twice is one alert.
      if (!(error instanceof StaleConnection)) throw error;
      return httpRequest(this.base + path, whole);
    }
  }

  /**
   * What an HTTP status says of our way of asking, as the rest of a sentence; undefined where it says nothing of that.
   * @param setting the configuration key of the server
   */
  refusal({ status, location }: HttpAnswer, setting: string): string | undefined {
    if (status === 401 || status === 403)
      return `answers HTTP ${status}: it wants to know who asks. Set ${setting}.token_file, ${setting}.basic_auth or ${setting}.headers.`;
    if (status >= 300 && status < 400)
      return `redirects to ${location ?? 'nowhere'}, which is not followed. Put where it ends into ${setting}.url.`;
    return undefined;
  }
}
