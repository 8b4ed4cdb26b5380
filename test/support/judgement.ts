import type { AlertInstance } from '../../src/alerts/prometheus.js';
import { catalogue } from './rule-files.js';

/** The labels that the catalogue fixes. */
const fixedLabels: ReadonlySet<string> = new Set([
  ...['alertname', 'runbook', 'severity', 'priority', 'rollback'],
]);

/** The alerts of a runbook at one moment. */
export class Judgement {
  readonly #alerts: readonly AlertInstance[];

  constructor(alerts: readonly AlertInstance[]) {
    this.#alerts = alerts;
  }

  /** Names of all. */
  get names(): ReadonlySet<string> {
    return new Set(this.#alerts.map(({ labels }) => labels.alertname ?? ''));
  }

  /**
   * Each as its name and the values of the labels that are its own, sorted. Alerts that judge a deployment carry its id, which
   * is left out; on others a label `deployment` would be one of their own.
   * @param deployment the only one that may be judged
   * @throws Error where one has other labels, or another state, than the catalogue says
   */
  alerts(isMeant: (alert: string) => boolean = () => true, deployment?: string): string[] {
    return this.#alerts
      .filter(({ labels: { alertname = '' } }) => isMeant(alertname))
      .map((alert) => {
        const { labels, state } = alert;
        const entry = catalogue.find(
          (candidate) => candidate.alert === labels.alertname && candidate.severity === labels.severity,
        );
        const isScoped = entry?.scope === 'deployment';
        if (
          entry === undefined ||
          entry.rollback !== labels.rollback ||
          entry.priority !== labels.priority ||
          (isScoped && labels.deployment !== deployment) ||
          (state === 'pending' && entry.for === undefined)
        )
          throw new Error(`not as the catalogue says: ${JSON.stringify(alert)}`);
        const own = Object.keys(labels)
          .filter((label) => !fixedLabels.has(label) && !(isScoped && label === 'deployment'))
          .sort()
          .reverse();
        return [entry.alert, ...own.map((label) => labels[label])].join(' ');
      })
      .sort();
  }

  /** Of one alert. */
  severities(alert: string): string[] {
    return this.#alerts
      .filter(({ labels }) => labels.alertname === alert)
      .map(({ labels }) => labels.severity ?? '')
      .sort();
  }
}

/** Of the alerts of a runbook those that were seen raised, and those that were seen silent. */
export class Seen {
  readonly #alerts: readonly string[];
  readonly #raised = new Set<string>();
  readonly #silent = new Set<string>();

  constructor(runbook: string) {
    this.#alerts = [
      ...new Set(catalogue.filter((entry) => entry.runbook === runbook).map(({ alert }) => alert)),
    ];
  }

  note({ names }: Judgement): void {
    for (const alert of this.#alerts) (names.has(alert) ? this.#raised : this.#silent).add(alert);
  }

  /** Alerts that were never raised, or never silent. */
  lacking(): string[] {
    return this.#alerts.filter((alert) => !this.#raised.has(alert) || !this.#silent.has(alert));
  }
}
