import { z } from 'zod';
import { poll } from '../../src/platform/poll.js';
import { Scrape } from './exporter.js';

const healthSchema = z.object({
  ok: z.boolean(),
  risk: z.object({ drawdown: z.number(), maxDrawdown: z.number() }),
  config: z.object({ confidenceThreshold: z.number(), rateLimitMax: z.number(), tradingMode: z.string() }),
  ess: z.object({ active: z.boolean(), source: z.string().nullable(), reason: z.string().nullable() }),
});
export type BackendHealthPage = z.infer<typeof healthSchema>;

/** The question of the operations runbook, which gets an answer. */
export const confidentQuestion = { symbol: 'BTCUSDT', features: { mom_20: 1, rv_5: 0.2, rsi_14: 65 } };
/** One that the models are not sure about. */
export const doubtfulQuestion = { symbol: 'BTCUSDT', features: { mom_20: 0, rv_5: 0.2, rsi_14: 50 } };

/** Asks a backend as Prometheus, a probe and a trader do. */
export class BackendClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async health(): Promise<BackendHealthPage> {
    return healthSchema.parse(await (await this.get('/health')).json());
  }

  async metrics(): Promise<Scrape> {
    return new Scrape(await (await this.get('/metrics')).text());
  }

  /** The value of a series; a counter that has counted nothing is not there. */
  async value(series: string): Promise<number | undefined> {
    return (await this.metrics()).value(series);
  }

  get(path: string): Promise<Response> {
    // A connection of its own: the one before may be of a run that has ended.
    return fetch(this.#url + path, { headers: { connection: 'close' } });
  }

  post(path: string, body: object | string): Promise<Response> {
    return fetch(this.#url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  consensus(question: object | string): Promise<Response> {
    return this.post('/api/ai/consensus', question);
  }

  trade(order: object | string): Promise<Response> {
    return this.post('/api/trade/execute', order);
  }

  /** Waits until what it says of itself is so. @returns false where it did not become so; no answer is no error */
  async becomes(isSo: (page: Scrape, health: BackendHealthPage) => boolean, seconds = 15): Promise<boolean> {
    const held = await poll(
      async () => {
        try {
          return isSo(await this.metrics(), await this.health()) ? true : undefined;
        } catch {
          return undefined;
        }
      },
      seconds,
      0.1,
    );
    return held === true;
  }

  /** Whether it answers at all. */
  async answers(): Promise<boolean> {
    return this.get('/health').then(
      ({ ok }) => ok,
      () => false,
    );
  }
}
