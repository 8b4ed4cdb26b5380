import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';

export const stream = 'quantum:stream:trade.intent';

/** A connection that ends with the test. */
export function connectTo(port: number): Redis {
  const client = new Redis({ port, host: '127.0.0.1', protocol: 2 });
  client.on('error', () => undefined); // servers go down in these tests
  onTestFinished(() => {
    client.disconnect();
  });
  return client;
}

/** What each model says in one event. */
export type Said = Readonly<Record<string, { readonly action: string; readonly confidence: unknown }>>;

/** The fields of a trade intent. */
export function intent(said: Said): string[] {
  return [
    'event_type',
    'trade.intent',
    'payload',
    JSON.stringify({ symbol: 'BTCUSDT', model_breakdown: said }),
  ];
}

/** Writes entries in one go; ids are Redis' own where none are given. */
export async function write(
  client: Redis,
  entries: readonly (readonly string[])[],
  ids?: readonly string[],
): Promise<void> {
  const pipeline = client.pipeline();
  entries.forEach((fields, index) => pipeline.xadd(stream, ids?.[index] ?? '*', ...fields));
  for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error;
}

/** The same event so many times. */
export function repeat(count: number, said: Said): string[][] {
  return Array.from({ length: count }, () => intent(said));
}
