import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from '../../src/deployments/deployment.js';
import { goLiveCounters } from '../../src/names.js';
import { poll } from '../../src/platform/poll.js';
import { chainFacts } from './ledger-history.js';
import { ReceiverBench, scriptMethod } from './receiver.js';
import { canary } from './violations.js';

/** What each counter stands at when a go-live begins. */
type CounterValues = Readonly<Record<(typeof goLiveCounters)[number], number>>;

const startValues = (values: CounterValues) =>
  goLiveCounters.map((counter) => ({ counter, value: values[counter] }));

/** A real receiver under which go-lives are observed. It hears of no alert, so that it rolls nothing back. */
export class ObservedGoLive {
  readonly #bench: ReceiverBench;
  /** id of the newest */
  deployment: string;

  private constructor(bench: ReceiverBench, deployment: string) {
    this.#bench = bench;
    this.deployment = deployment;
  }

  /**
   * Starts a receiver that has observed one for a while.
   * @param age how long ago that began, seconds
   */
  static async resume(age: number, values: CounterValues): Promise<ObservedGoLive> {
    const bench = await ReceiverBench.create({
      rollbacks: { 'go-live': { methods: [scriptMethod('roll.sh')] } },
      scripts: { 'roll.sh': 'rm -f bad' },
    });
    const id = 'go-live-1';
    const now = Math.floor(Date.now() / 1000);
    const deployment = canary({
      ...{ id, kind: 'go-live', model: '', operator: 'alice', cutover: null, weight: null },
      ...{ started_at: now - age, declared_at: now - age, ends_at: now + 7200 },
      start_values: startValues(values),
    });
    mkdirSync(join(bench.folder, 'state'), { recursive: true });
    const { lines } = chainFacts([{ type: 'deployment_started', deployment }]);
    writeFileSync(join(bench.folder, 'state', 'ledger.jsonl'), lines.map((line) => `${line}\n`).join(''));
    await bench.start();
    return new ObservedGoLive(bench, id);
  }

  /** host:port */
  get address(): string {
    return `127.0.0.1:${this.#bench.port}`;
  }

  /** A person ends the newest. */
  async end(): Promise<void> {
    await this.#post(`/api/deployments/${this.deployment}/end`, { outcome: 'accepted' });
  }

  /** Declares another one. @param seconds how long it is observed */
  async start(seconds: number, values: CounterValues): Promise<void> {
    const { id } = await this.#post('/api/deployments', {
      kind: 'go-live',
      operator: 'alice',
      observation_seconds: seconds,
      settle_seconds: 0,
      start_values: startValues(values),
    });
    this.deployment = id;
  }

  /** Waits until its time is over. */
  async completed(): Promise<void> {
    const ended = await poll(async () => {
      const [newest] = await this.#bench.deployments();
      return newest?.outcome === 'completed' ? true : undefined;
    }, 60);
    if (ended === undefined) throw new Error(`${this.deployment} did not end`);
  }

  async #post(path: string, body: object): Promise<Deployment> {
    const response = await this.#bench.post(path, body);
    const answer = (await response.json()) as Deployment;
    if (!response.ok) throw new Error(JSON.stringify(answer));
    return answer;
  }
}
