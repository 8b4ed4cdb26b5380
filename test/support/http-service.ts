import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Certificate } from './certificate.js';

/** A service that answers as it is told, which can change; it ends with the test. */
export class Service {
  answer: RequestListener;
  /** method and path of each request, and its body */
  readonly requests: { readonly line: string; readonly body: string }[] = [];
  url = '';

  constructor(answer: RequestListener) {
    this.answer = answer;
  }

  /** @param certificate left out: without TLS */
  static async start(answer: RequestListener, certificate?: Certificate): Promise<Service> {
    const service = new Service(answer);
    const take: RequestListener = (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        service.requests.push({ line: `${request.method ?? ''} ${request.url ?? ''}`, body });
        service.answer(request, response);
      });
    };
    const server =
      certificate === undefined
        ? createServer(take)
        : createTlsServer(
            { key: readFileSync(certificate.keyFile), cert: readFileSync(certificate.certificateFile) },
            take,
          );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    service.url = `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return service;
  }
}

/** Answers with a value as JSON. */
export function json(
  value: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): RequestListener {
  return (_, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(value));
  };
}
