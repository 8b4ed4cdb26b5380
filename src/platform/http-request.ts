import { request as requestPlain, type Agent, type IncomingMessage } from 'node:http';
import { request as requestTls } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { errorCode } from './errors.js';

export interface HttpRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** authority, certificate and key for https; left out: the authorities that Node trusts */
  readonly tls?: SecureContextOptions;
  /** keeps connections for later requests; left out: each has its own */
  readonly agent?: Agent;
  readonly timeoutSeconds: number;
  /** what of the answer is kept, bytes; the rest is not waited for */
  readonly keptBytes?: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** where it redirects to; redirects are not followed */
  readonly location: string | undefined;
}

/** The server closed a kept connection while the request was on its way: whether it was read is not known. */
export class StaleConnection extends Error {
  override readonly name = 'StaleConnection';
  override readonly message = 'the server closed the kept connection';
}

const mostKept = 64 * 1024 * 1024;

/**
 * One request. Node's `fetch` can be told neither an authority nor a certificate of its own.
 * @throws StaleConnection
 * @throws Error saying why there is no answer: the system's or TLS's reason, or that it took too long
 */
export function httpRequest(
  url: string,
  { method = 'GET', headers = {}, body, tls = {}, agent, timeoutSeconds, keptBytes = mostKept }: HttpRequest,
): Promise<HttpAnswer> {
  const signal = AbortSignal.timeout(timeoutSeconds * 1000);
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const options = { method, headers: { ...headers, ...length }, agent: agent ?? false, signal };
    const fail = (error: Error): void => {
      reject(signal.aborted ? new Error(`no answer within ${timeoutSeconds} s`) : error);
    };
    const onAnswer = (answer: IncomingMessage): void => {
      readText(answer, keptBytes).then((text) => {
        resolve({ status: answer.statusCode ?? 0, text, location: answer.headers.location });
      }, fail);
    };
    const request =
      new URL(url).protocol === 'https:'
        ? requestTls(url, { ...options, ...tls }, onAnswer)
        : requestPlain(url, options, onAnswer);
    request.on('error', (error) => {
      fail(isStale(request, error) ? new StaleConnection() : error);
    });
    request.end(body);
  });
}

/** Whether a request failed because the server had closed the connection that was kept for it. */
export function isStale({ reusedSocket }: { readonly reusedSocket: boolean }, error: Error): boolean {
  return reusedSocket && ['ECONNRESET', 'EPIPE'].includes(errorCode(error) ?? '');
}

async function readText(answer: IncomingMessage, keptBytes: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of answer as AsyncIterable<Uint8Array>) {
    pieces.push(piece);
    size += piece.length;
    if (size >= keptBytes) break;
  }
  return Buffer.concat(pieces).toString('utf8', 0, keptBytes);
}
