import { Agent as PlainAgent, request as requestPlain, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent, request as requestTls } from 'node:https';
import { TLSSocket, type DetailedPeerCertificate, type SecureContextOptions } from 'node:tls';
import { errorCode, errorMessage } from '../platform/errors.js';
import { isStale, StaleConnection } from '../platform/http-request.js';

/** Why there is no answer that could be read. */
export type HttpFailure = 'timeout' | 'unreachable' | 'certificate' | 'oversized';

/** What is asked of an endpoint. */
export interface HttpQuestion {
  readonly method: 'GET' | 'POST';
  /** what is asked for; left out: JSON */
  readonly accept?: string;
  /** sent as JSON */
  readonly body?: unknown;
}

/** The whole of an answer. */
export interface HttpAnswer {
  readonly status: number;
  /** names in lower case; several values of one name joined by a comma */
  readonly header: (name: string) => string | undefined;
  readonly text: string;
}

/** How a question ended. */
export interface HttpOutcome {
  /** seconds from the question to the end of the answer, or to where it was given up */
  readonly duration: number;
  /** when the first of the certificates that were shown runs out, Unix seconds; undefined without TLS */
  readonly certificateExpiry: number | undefined;
  readonly answer: HttpAnswer | undefined;
  /** undefined: there is an answer */
  readonly failure: { readonly reason: HttpFailure; readonly detail: string } | undefined;
}

export interface HttpEndpointOptions {
  readonly url: string;
  /** authority by which it is trusted; left out: those that Node trusts */
  readonly tls: SecureContextOptions;
  /** for the whole exchange, seconds */
  readonly timeout: number;
  /** largest body that is read, bytes */
  readonly largest: number;
}

/**
 * An HTTP address that is asked again and again, over a kept connection. Redirects are not followed, and no failure is
 * tried again.
 */
export class HttpEndpoint {
  readonly #options: HttpEndpointOptions;
  readonly #url: URL;
  readonly #agent: PlainAgent | TlsAgent;
  readonly #closed = new AbortController();
  #certificateExpiry: number | undefined;

  constructor(options: HttpEndpointOptions) {
    this.#options = options;
    this.#url = new URL(options.url);
    const kept = { keepAlive: true, maxSockets: 1 };
    // A connection that resumes an earlier session shows no certificate.
    const whole = { ...kept, ...options.tls, maxCachedSessions: 0 };
    this.#agent = this.#isTls ? new TlsAgent(whole) : new PlainAgent(kept);
  }

  /** Asks once. Never rejects: that there is no answer is an outcome. */
  async ask(question: HttpQuestion): Promise<HttpOutcome> {
    const began = performance.now();
    const limit = AbortSignal.timeout(this.#options.timeout * 1000);
    const signal = AbortSignal.any([limit, this.#closed.signal]);
    const ended = (): { duration: number; certificateExpiry: number | undefined } => ({
      duration: (performance.now() - began) / 1000,
      certificateExpiry: this.#certificateExpiry,
    });
    try {
      const answer = await this.#exchange(question, signal);
      return { ...ended(), answer, failure: undefined };
    } catch (error) {
      const failure = limit.aborted
        ? { reason: 'timeout' as const, detail: `no whole answer within ${this.#options.timeout} s` }
        : failureOf(error);
      return { ...ended(), answer: undefined, failure };
    }
  }

  close(): void {
    this.#closed.abort();
    this.#agent.destroy();
  }

  get #isTls(): boolean {
    return this.#url.protocol === 'https:';
  }

  async #exchange(question: HttpQuestion, signal: AbortSignal): Promise<HttpAnswer> {
    try {
      return await this.#send(question, signal);
    } catch (error) {
      // The server closed the kept connection while the question was on its way. What changes something is not sent again.
      if (!(error instanceof StaleConnection) || question.method !== 'GET') throw error;
      return this.#send(question, signal);
    }
  }

  #send(
    { method, body, accept = 'application/json' }: HttpQuestion,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers = {
        accept,
        ...(text === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
      };
      const options = { method, headers, agent: this.#agent, signal };
      const onAnswer = (answer: IncomingMessage): void => {
        if (answer.socket instanceof TLSSocket) this.#certificateExpiry = earliestExpiry(answer.socket);
        this.#read(answer).then(resolve, reject);
      };
      const request = this.#isTls
        ? requestTls(this.#url, options, onAnswer)
        : requestPlain(this.#url, options, onAnswer);
      request.on('error', (error) => {
        reject(isStale(request, error) ? new StaleConnection() : error);
      });
      request.end(text);
    });
  }

  async #read(answer: IncomingMessage): Promise<HttpAnswer> {
    const { largest } = this.#options;
    const pieces: Uint8Array[] = [];
    let size = 0;
    if (Number(answer.headers['content-length']) > largest) {
      answer.destroy();
      throw new OversizedAnswer(largest);
    }
    for await (const piece of answer as AsyncIterable<Uint8Array>) {
      size += piece.length;
      // Leaving the loop ends the connection: the rest is not even read.
      if (size > largest) throw new OversizedAnswer(largest);
      pieces.push(piece);
    }
    return {
      status: answer.statusCode ?? 0,
      header: (name) => {
        const value = answer.headers[name];
        return Array.isArray(value) ? value.join(', ') : value;
      },
      text: Buffer.concat(pieces).toString(),
    };
  }
}

class OversizedAnswer extends Error {
  override readonly name = 'OversizedAnswer';

  constructor(largest: number) {
    super(`the body is longer than ${largest} bytes`);
  }
}

/** What TLS says of a certificate that it does not trust: https://docs.openssl.org/master/man1/openssl-verification-options/ */
const certificateCodes =
  /^(?:CERT_|ERR_TLS_CERT|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|INVALID_CA|ERR_SSL)/;

function failureOf(error: unknown): { readonly reason: HttpFailure; readonly detail: string } {
  if (error instanceof OversizedAnswer) return { reason: 'oversized', detail: error.message };
  const isCertificate = certificateCodes.test(errorCode(error) ?? '');
  return { reason: isCertificate ? 'certificate' : 'unreachable', detail: errorMessage(error) };
}

/** Of the chain that the server showed, as blackbox_exporter's probe_ssl_earliest_cert_expiry. */
function earliestExpiry(socket: TLSSocket): number | undefined {
  // A connection that is already closed shows none.
  let certificate: Partial<DetailedPeerCertificate> | undefined = socket.getPeerCertificate(true);
  const expiries = new Map<string, number>();
  // A root is its own issuer.
  while (certificate?.valid_to !== undefined && !expiries.has(certificate.fingerprint256 ?? '')) {
    expiries.set(certificate.fingerprint256 ?? '', Date.parse(certificate.valid_to) / 1000);
    certificate = certificate.issuerCertificate;
  }
  return expiries.size === 0 ? undefined : Math.min(...expiries.values());
}
