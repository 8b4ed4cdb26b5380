import {
  AlertmanagerError,
  type AlertmanagerClient,
  type Silence,
  type SilencedAlert,
} from '../alerts/alertmanager.js';
import { PrometheusError, type AlertingRule, type PrometheusClient } from '../alerts/prometheus.js';
import { ExpressionMatcher } from '../alerts/regular-expression.js';
import { covers, type ObservedLabels } from '../alerts/silence-coverage.js';
import type { Logger } from '../platform/log.js';
import { printable } from '../reports/text.js';
import type { Ledger } from '../rollback/ledger.js';

/** Characters of a text of others that the log takes. */
const loggedCharacters = 200;

export interface SilenceWatchParts {
  /** each Alertmanager of a cluster; silences of one are known to all, unless they have lost each other */
  readonly alertmanagers: readonly Pick<AlertmanagerClient, 'activeSilences' | 'silencedRollbackAlerts'>[];
  readonly prometheus: Pick<PrometheusClient, 'alertingRules'>;
  readonly ledger: Pick<Ledger, 'state'>;
  readonly logger: Logger;
}

export interface SilenceStatus {
  /** whether an Alertmanager answered last; null: none was asked yet */
  readonly isUp: boolean | null;
  /** alerts with a rollback label, by name, that active silences cover; null: unknown */
  readonly silenced: number | null;
}

/** What an Alertmanager says. */
interface Said {
  readonly silences: readonly Silence[];
  readonly silencedAlerts: readonly SilencedAlert[];
}

/**
 * Notices silences over alerts that roll back, firing or not. They stop no rollback, as Prometheus is asked what fires;
 * people would not be told of the violation, so they are told of the silence.
 */
export class SilenceWatch {
  readonly #parts: SilenceWatchParts;
  readonly #matcher = new ExpressionMatcher();
  #status: SilenceStatus = { isUp: null, silenced: null };
  #rules: readonly AlertingRule[] = [];
  /** ids of the silences that were told */
  #told: ReadonlySet<string> = new Set();

  constructor(parts: SilenceWatchParts) {
    this.#parts = parts;
  }

  get status(): SilenceStatus {
    return this.#status;
  }

  /** One look at every Alertmanager. */
  async run(): Promise<void> {
    const said = await this.#ask();
    if (said === undefined) {
      this.#status = { isUp: false, silenced: null };
      return;
    }
    await this.#readRules();
    const covered = this.#coveredBy(said);
    this.#status = { isUp: true, silenced: new Set([...covered.values()].flat()).size };
    this.#tell(said.silences, covered);
  }

  /** What all that answer say together; undefined where none does. */
  async #ask(): Promise<Said | undefined> {
    const answers = await Promise.all(
      this.#parts.alertmanagers.map(async (alertmanager): Promise<Said | undefined> => {
        try {
          const [silences, silencedAlerts] = await Promise.all([
            alertmanager.activeSilences(),
            alertmanager.silencedRollbackAlerts(),
          ]);
          return { silences, silencedAlerts };
        } catch (error) {
          if (error instanceof AlertmanagerError) return undefined;
          throw error;
        }
      }),
    );
    const said = answers.filter((answer) => answer !== undefined);
    if (said.length === 0) return undefined;
    return {
      silences: said.flatMap(({ silences }) => silences),
      silencedAlerts: said.flatMap(({ silencedAlerts }) => silencedAlerts),
    };
  }

  /** Without an answer the rules are as they were. */
  async #readRules(): Promise<void> {
    try {
      const rules = await this.#parts.prometheus.alertingRules();
      this.#rules = rules.filter(({ labels }) => (labels.rollback ?? '') !== '');
    } catch (error) {
      if (!(error instanceof PrometheusError)) throw error;
    }
  }

  /** Names of the covered alerts, by the id of the silence. */
  #coveredBy({ silences, silencedAlerts }: Said): Map<string, string[]> {
    this.#matcher.begin();
    const observed = this.#observed();
    return new Map(
      silences.flatMap((silence) => {
        const firing = silencedAlerts
          .filter(({ status }) => status.silencedBy.includes(silence.id))
          .map(({ labels }) => labels.alertname ?? '');
        const possible = this.#rules
          .filter((rule) =>
            covers(silence, rule, observed, (expression, value) => this.#matcher.matches(expression, value)),
          )
          .map(({ name }) => name);
        const names = [...new Set([...firing, ...possible])];
        return names.length === 0 ? [] : [[silence.id, names] as const];
      }),
    );
  }

  #observed(): ObservedLabels[] {
    return [...this.#parts.ledger.state.deployments.values()]
      .filter(({ outcome }) => outcome === null)
      .map(({ id, model, kind }) => ({ deployment: id, model, kind }));
  }

  /** Each silence once. */
  #tell(silences: readonly Silence[], covered: ReadonlyMap<string, readonly string[]>): void {
    const told = new Set<string>();
    for (const { id, createdBy, comment } of silences) {
      const alerts = covered.get(id);
      if (alerts === undefined || told.has(id)) continue;
      told.add(id);
      if (this.#told.has(id)) continue;
      const text = { silence: shorten(id), created_by: shorten(createdBy), comment: shorten(comment) };
      this.#parts.logger.warn(
        { ...text, alerts },
        'a silence covers alerts that roll back; they roll back all the same',
      );
    }
    this.#told = told;
  }
}

function shorten(text: string): string {
  return printable(text.slice(0, loggedCharacters));
}
