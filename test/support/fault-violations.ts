import { createServer } from 'node:http';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { faultPort } from './fault-ports.js';

/** Names under which violations are made; each is a rule of its own. */
export const faultAlerts = ['FaultViolation', 'OtherViolation'] as const;
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

/** What Prometheus scrapes to see a violation: made and ended on demand, so that alerts fire and resolve exactly then. */
export class ViolationTarget {
  readonly #series = new Set<string>();
  readonly port: number;

  private constructor(port: number) {
    this.port = port;
  }

  /** Serves until the test ends. */
  static async start(): Promise<ViolationTarget> {
    const target = new ViolationTarget(await faultPort());
    const server = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/plain; version=0.0.4');
      response.end([...target.#series].map((series) => `${series} 1\n`).join(''));
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
    for (const violation of violations) this.#series.add(seriesOf(violation));
  }

  end(...violations: readonly MadeViolation[]): void {
    for (const violation of violations) this.#series.delete(seriesOf(violation));
  }

  endAll(): void {
    this.#series.clear();
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
    },
  }));
  return stringify({ groups: [{ name: 'faults', rules }] });
}

function seriesOf({ deployment, alertname = 'FaultViolation', plan = 'qsc', item }: MadeViolation): string {
  const labels = { plan, deployment, name: alertname, ...(item === undefined ? {} : { item }) };
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `fault_violation{${pairs.join(',')}}`;
}
