import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ReceiverStanding } from '../../src/deployments/receiver-standing.js';
import { freePort } from '../../src/platform/free-port.js';
import { poll } from '../../src/platform/poll.js';
import type { Child } from '../../src/stack/child.js';
import { startRedis } from '../../src/stack/servers.js';
import { ReceiverBench, scriptPlan } from './receiver.js';
import { temporaryFolder } from './workspace.js';

/** Of the lease in these tests, seconds. */
const ttl = 2;

/** Two receivers of one trading system, each with its own ledger, and the Redis of their lease. */
export class ReceiverPair {
  /** acts while Redis cannot be reached */
  readonly primary: ReceiverBench;
  readonly other: ReceiverBench;
  readonly #folder: string;
  readonly #port: number;
  #redis: Child | undefined;

  private constructor(primary: ReceiverBench, other: ReceiverBench, port: number) {
    this.primary = primary;
    this.other = other;
    this.#port = port;
    this.#folder = join(temporaryFolder(), 'redis');
    mkdirSync(this.#folder);
  }

  /** Starts all three; the primary holds the lease. @param script run by the plan qsc, bash */
  static async start(script = 'rm -f bad'): Promise<ReceiverPair> {
    const options = {
      rollbacks: scriptPlan('roll.sh'),
      scripts: { 'roll.sh': script },
      token: 'token-of-the-pair',
    };
    const [primary, other] = [await ReceiverBench.create(options), await ReceiverBench.create(options)];
    const pair = new ReceiverPair(primary, other, await freePort());
    pair.#configure(primary, 'first', true, other);
    pair.#configure(other, 'second', false, primary);
    await pair.startRedis();
    await primary.start();
    await pair.until(primary, 'holder');
    await other.start();
    await pair.until(other, 'standby');
    return pair;
  }

  #configure(bench: ReceiverBench, name: string, primary: boolean, peer: ReceiverBench): void {
    bench.configure({
      rollbacks: scriptPlan('roll.sh'),
      files: { root: this.primary.root },
      redis: { url: `redis://127.0.0.1:${this.#port}`, connect_timeout: '500ms', command_timeout: '500ms' },
      receiver: { name, lease: { enabled: true, primary, ttl: `${ttl}s`, peer_url: peer.url } },
    });
  }

  async startRedis(): Promise<void> {
    const redis = await startRedis(this.#folder, this.#port, [
      '--appendonly',
      'yes',
      '--appendfsync',
      'always',
    ]);
    this.#redis = redis;
    onTestFinished(() => redis.stop('SIGKILL'));
  }

  async killRedis(): Promise<void> {
    await this.#redis?.stop('SIGKILL');
  }

  async standingOf(bench: ReceiverBench): Promise<ReceiverStanding> {
    return bench.get<ReceiverStanding>('/api/lease');
  }

  async until(bench: ReceiverBench, standing: ReceiverStanding['standing']): Promise<void> {
    const reached = await poll(async () => {
      const found = await this.standingOf(bench).catch(() => undefined);
      return found?.standing === standing ? true : undefined;
    }, 20);
    if (reached === undefined) throw new Error(`the receiver is not ${standing}:\n${bench.log}`);
  }

  /** What scripts ran, whichever receiver started them. */
  runs(): string[] {
    return this.primary.runs();
  }
}
