import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HttpEndpoint, type HttpEndpointOptions } from '../../../src/sources/http-endpoint.js';
import { Authority, type Certificate } from '../../support/certificate.js';
import { temporaryFolder } from '../../support/workspace.js';

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function serving(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  onTestFinished(() => {
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${await listening(server)}/health`;
}

function endpoint(url: string, options: Partial<HttpEndpointOptions> = {}): HttpEndpoint {
  const created = new HttpEndpoint({ url, tls: {}, timeout: 5, largest: 1000, ...options });
  onTestFinished(() => {
    created.close();
  });
  return created;
}

const get = { method: 'GET' } as const;

describe('HttpEndpoint', () => {
  it('gives the whole answer, whatever its status', async () => {
    const url = await serving((_, response) => {
      response.writeHead(503, { 'RateLimit-Remaining': '7' }).end('{"ok":false}');
    });
    const { answer, failure, duration, certificateExpiry } = await endpoint(url).ask(get);
    expect(answer).toMatchObject({ status: 503, text: '{"ok":false}' });
    expect(answer?.header('ratelimit-remaining')).toBe('7');
    expect(answer?.header('ratelimit-limit')).toBeUndefined();
    expect(failure).toBeUndefined();
    expect(duration).toBeGreaterThan(0);
    expect(certificateExpiry).toBeUndefined();
  });

  it('follows no redirect', async () => {
    const paths: (string | undefined)[] = [];
    const url = await serving((request, response) => {
      paths.push(request.url);
      response.writeHead(302, { Location: '/elsewhere' }).end();
    });
    expect((await endpoint(url).ask(get)).answer?.status).toBe(302);
    expect(paths).toEqual(['/health']);
  });

  it('sends a body as JSON', async () => {
    let received = '';
    const url = await serving((request, response) => {
      expect(request.headers['content-type']).toBe('application/json');
      request.on('data', (chunk: Buffer) => (received += chunk.toString()));
      request.on('end', () => response.end('{}'));
    });
    await endpoint(url).ask({ method: 'POST', body: { symbol: 'BTCUSDT' } });
    expect(received).toBe('{"symbol":"BTCUSDT"}');
  });

  it('keeps its connection, and takes a new one where the server has closed it', async () => {
    const ports = new Set<number | undefined>();
    const sockets: { destroy: () => void }[] = [];
    const url = await serving((request, response) => {
      ports.add(request.socket.remotePort);
      sockets.push(request.socket);
      response.end('{}');
    });
    const kept = endpoint(url);
    for (let time = 0; time < 3; time++) expect((await kept.ask(get)).failure).toBeUndefined();
    expect(ports.size).toBe(1);
    for (const socket of sockets) socket.destroy();
    // The end of the connection has not arrived here yet.
    expect((await kept.ask(get)).failure).toBeUndefined();
    expect(ports.size).toBe(2);
  });

  it.each<[string, RequestListener]>([
    ['never answers', () => undefined],
    ['never ends its answer', (_, response) => response.write('{"ok":')],
  ])('gives up at its time limit where a server %s', async (_, answer) => {
    const {
      failure,
      duration,
      answer: given,
    } = await endpoint(await serving(answer), { timeout: 0.2 }).ask(get);
    expect(failure).toEqual({ reason: 'timeout', detail: 'no whole answer within 0.2 s' });
    expect(given).toBeUndefined();
    expect(duration).toBeGreaterThanOrEqual(0.19);
  });

  it('does not read an answer that has no end', async () => {
    let written = 0;
    const url = await serving((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384))) written += 16_384;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    const { failure } = await endpoint(url, { largest: 100_000 }).ask(get);
    expect(failure).toEqual({ reason: 'oversized', detail: 'the body is longer than 100000 bytes' });
    // What the connection holds between the two is all that was wasted.
    expect(written).toBeLessThan(20_000_000);
  });

  it('says that nobody listens, and that an answer breaks off', async () => {
    const gone = createServer();
    const port = await listening(gone);
    await new Promise((resolve) => gone.close(resolve));
    expect((await endpoint(`http://127.0.0.1:${port}/`).ask(get)).failure).toMatchObject({
      reason: 'unreachable',
      detail: expect.stringContaining('ECONNREFUSED') as string,
    });
    const url = await serving((_, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('{"ok"');
      setImmediate(() => response.destroy());
    });
    expect((await endpoint(url).ask(get)).failure?.reason).toBe('unreachable');
  });
});

describe('over TLS', () => {
  async function servingTls({ keyFile, certificateFile }: Certificate): Promise<string> {
    const server = createTlsServer(
      { key: readFileSync(keyFile), cert: readFileSync(certificateFile) },
      (_, response) => response.writeHead(200, { Connection: 'close' }).end('{}'),
    );
    onTestFinished(() => {
      server.closeAllConnections();
    });
    return `https://127.0.0.1:${await listening(server)}/health`;
  }

  it('says when the first certificate runs out', async () => {
    const authority = new Authority(temporaryFolder());
    const url = await servingTls(authority.sign('service', 30));
    const tls = { ca: readFileSync(authority.caFile) };
    const asked = endpoint(url, { tls });
    // The second time over a connection of its own, since the service closes each.
    for (let connections = 1; connections <= 2; connections += 1) {
      const { certificateExpiry, failure } = await asked.ask(get);
      expect(failure).toBeUndefined();
      // The authority's own, valid for a day.
      expect((certificateExpiry ?? 0) - Date.now() / 1000).toBeCloseTo(86_400, -3);
    }
  });

  it('trusts neither one that has run out nor one of nobody it knows', async () => {
    const authority = new Authority(temporaryFolder());
    const tls = { ca: readFileSync(authority.caFile) };
    const expired = await endpoint(await servingTls(authority.sign('expired', -1)), { tls }).ask(get);
    expect(expired.failure).toMatchObject({ reason: 'certificate' });
    expect(expired.failure?.detail).toMatch(/expired/);
    const unknown = await endpoint(await servingTls(authority.sign('unknown'))).ask(get);
    expect(unknown.failure).toMatchObject({ reason: 'certificate' });
  });
});
