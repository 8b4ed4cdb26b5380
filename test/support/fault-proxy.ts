import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { webhookAlert } from '../../src/alerts/webhook.js';
import { freePort } from '../../src/platform/free-port.js';

/**
 * What happens to a request on its way: `pass` to the receiver and its answer back; `refuse` with 503; `drop` the
 * connection; `hold` it until the behaviour changes, then do that; `hold-answer`: pass it and keep the answer back until
 * then; `half`: send half of its body and hold the rest for ever.
 */
export type ProxyBehaviour = 'pass' | 'refuse' | 'drop' | 'hold' | 'hold-answer' | 'half';

/** A request of Alertmanager as it came. */
export interface ProxiedRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** what was to be sent of it is on its way to the receiver */
  isSent: boolean;
  /** what Alertmanager was answered; undefined: nothing yet, or never */
  status: number | undefined;
}

const payload = z.object({ externalURL: z.string(), alerts: z.array(webhookAlert) });
/** What a request to `/webhook` said. */
export interface SentWebhook extends z.infer<typeof payload> {
  readonly request: ProxiedRequest;
}

/** Stands between Alertmanager and a receiver; what it saw is what Alertmanager sent. */
export class WebhookProxy {
  readonly port: number;
  readonly requests: ProxiedRequest[] = [];
  readonly #target: string;
  readonly #server: Server;
  readonly #webhooks: SentWebhook[] = [];
  #behaviour: ProxyBehaviour = 'pass';
  #held: (() => void)[] = [];

  private constructor(port: number, target: string) {
    this.port = port;
    this.#target = target;
    this.#server = createServer((incoming, response) => {
      void this.#take(incoming, response);
    });
  }

  /** Listens until the test ends. @param target the receiver, without a path */
  static async start(target: string): Promise<WebhookProxy> {
    const proxy = new WebhookProxy(await freePort(), target);
    proxy.#server.listen(proxy.port, '127.0.0.1');
    await once(proxy.#server, 'listening');
    onTestFinished(() => {
      proxy.#server.close();
      proxy.#server.closeAllConnections();
    });
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** From here on; what is held goes the new way. */
  behave(behaviour: ProxyBehaviour): void {
    this.#behaviour = behaviour;
    if (behaviour === 'hold' || behaviour === 'hold-answer') return;
    const held = this.#held;
    this.#held = [];
    for (const release of held) release();
  }

  /** What was sent to `/webhook` of a deployment, with how it was answered. */
  webhooks(deployment: string): SentWebhook[] {
    return this.#webhooks.filter(({ alerts }) =>
      alerts.some(({ labels }) => labels.deployment === deployment),
    );
  }

  /** Everything that was sent to `/webhook`. */
  payloads(): readonly SentWebhook[] {
    return this.#webhooks;
  }

  async #take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    incoming.on('error', () => undefined); // Alertmanager was killed; the response says so
    incoming.on('data', (piece: Buffer) => pieces.push(piece));
    await once(incoming, 'close');
    if (!incoming.complete) return;
    const sent: ProxiedRequest = {
      path: incoming.url ?? '',
      headers: incoming.headers,
      body: Buffer.concat(pieces).toString(),
      isSent: false,
      status: undefined,
    };
    this.requests.push(sent);
    if (sent.path === '/webhook')
      this.#webhooks.push({ ...payload.parse(JSON.parse(sent.body)), request: sent });
    if (this.#behaviour === 'hold') await this.#release();
    // Whoever gave up while it was held sends it again.
    if (response.destroyed) return;
    if (this.#behaviour === 'refuse') answer(sent, response, 503, 'not now');
    else if (this.#behaviour === 'drop') response.destroy();
    else this.#forward(sent, response, this.#behaviour === 'half');
  }

  #forward(sent: ProxiedRequest, response: ServerResponse, onlyHalf: boolean): void {
    const upstream = request(`${this.#target}${sent.path}`, {
      method: 'POST',
      headers: {
        ...pick(sent.headers, ['content-type', 'authorization', 'user-agent']),
        'content-length': Buffer.byteLength(sent.body),
      },
      agent: false,
    });
    upstream.once('error', () => response.destroy());
    upstream.once('response', (answered) => {
      const pieces: Buffer[] = [];
      answered.on('data', (piece: Buffer) => pieces.push(piece));
      answered.once('error', () => response.destroy());
      answered.once('end', () => {
        const back = (): void => {
          answer(sent, response, answered.statusCode ?? 502, Buffer.concat(pieces).toString());
        };
        if (this.#behaviour === 'hold-answer') this.#held.push(back);
        else back();
      });
    });
    const body = Buffer.from(sent.body);
    const isOut = (): void => {
      sent.isSent = true;
    };
    if (onlyHalf) upstream.write(body.subarray(0, body.length / 2), isOut);
    else upstream.end(body, isOut);
  }

  #release(): Promise<void> {
    return new Promise((resolve) => this.#held.push(resolve));
  }
}

function answer(sent: ProxiedRequest, response: ServerResponse, status: number, body: string): void {
  if (response.destroyed) return;
  sent.status = status;
  response.writeHead(status).end(body);
}

function pick(
  headers: IncomingMessage['headers'],
  names: readonly string[],
): Record<string, string | string[]> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
