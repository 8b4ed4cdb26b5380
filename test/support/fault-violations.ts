import { freePort } from '../../src/platform/free-port.js';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';

/** Names under which violations are made; each is a rule of its own. */
export const faultAlerts = ['FaultViolation', 'OtherViolation', 'WordyViolation'] as const;
export type FaultAlert = (typeof faultAlerts)[number];

export function isFaultAlert(name: string): name is FaultAlert {
  return faultAlerts.some((alert) => alert === name);
}

export interface MadeViolation {
  readonly deployment: string;
  readonly alertname?: FaultAlert;
  readonly plan?: string;
  /** tells several alerts of one name and deployment apart */
  readonly item?: string;
}

/** Longer than what is left of the last page of a file on a full disk, in pieces that the ledger keeps whole. */
const manyWords = Object.fromEntries(
  Array.from({ length: 6 }, (_, index) => [`words_${index}`, 'x'.repeat(1000)]),
);

/**
 * What Prometheus scrapes to see a violation: made and ended on demand, so that alerts fire and resolve exactly then. An ended
 * one is 0, not absent: a Prometheus that was killed remembers for five minutes what it does not see end.
 */
export class ViolationTarget {
  readonly #series = new Map<string, 0 | 1>();
  readonly port: number;

  private constructor(port: number) {
    this.port = port;
  }

  /** Serves until the test ends. */
  static async start(): Promise<ViolationTarget> {
    const target = new ViolationTarget(await freePort());
    const server = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/plain; version=0.0.4');
      response.end([...target.#series].map(([series, value]) => `${series} ${value}\n`).join(''));
    });
    server.listen(target.port, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    return target;
  }

  begin(...violations: readonly MadeViolation[]): void {
    for (const violation of violations) this.#series.set(seriesOf(violation), 1);
  }

  end(...violations: readonly MadeViolation[]): void {
    for (const violation of violations) this.#series.set(seriesOf(violation), 0);
  }

  endAll(): void {
    for (const series of this.#series.keys()) this.#series.set(series, 0);
  }
}

/** Rules that turn what the target says into alerts with the labels that the shipped ones have. */
export function violationRules(): string {
  const rules = faultAlerts.map((alert) => ({
    alert,
    expr: `max by (plan, deployment, item) (fault_violation{name="${alert}"}) > 0`,
    labels: { runbook: 'faults', severity: 'critical', rollback: '{{ $labels.plan }}', plan: '' },
    annotations: {
      summary: 'A violation made by a test',
      description: 'The violation is {{ $value }}; the limit is 0.',
      runbook_url: 'http://127.0.0.1:9712/docs/alerts/Watchdog',
      ...(alert === 'WordyViolation' ? manyWords : {}),
    },
  }));
  return stringify({ groups: [{ name: 'faults', rules }] });
}

function seriesOf({ deployment, alertname = 'FaultViolation', plan = 'qsc', item }: MadeViolation): string {
  const labels = { plan, deployment, name: alertname, ...(item === undefined ? {} : { item }) };
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `fault_violation{${pairs.join(',')}}`;
}
