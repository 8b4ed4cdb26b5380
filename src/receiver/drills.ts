import { PrometheusError, type PrometheusClient } from '../alerts/prometheus.js';
import type { Config } from '../config/schema.js';
import {
  drillLegs,
  usualDrill,
  type Drill,
  type DrillFinding,
  type DrillRequest,
  type DrillSource,
} from '../deployments/drill.js';
import { removeDrillFiles, writeDrillFile } from '../deployments/drill-file.js';
import { uniqueId } from '../deployments/identifiers.js';
import { drillAlert, exporterMetric } from '../names.js';
import { unixNow } from '../platform/clock.js';
import { errorMessage } from '../platform/errors.js';
import type { Logger } from '../platform/log.js';
import type { Mutex } from '../platform/mutex.js';
import { judgeDrill, legsOf, nothingSeen, rollbackOfDrill, type DrillSeen } from '../rollback/drill-legs.js';
import { newestDrill, runningDrill, type DrillState } from '../rollback/drill-state.js';
import type { Ledger } from '../rollback/ledger.js';
import { HttpError } from './http-error.js';

/** After a start the other programs get so long before a drill that is due begins, seconds. */
const startUp = 120;
/** A scrape may bear a time from before the file was written that it found, seconds. */
const clockSlack = 5;

export interface DrillParts {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly mutex: Mutex;
  readonly prometheus: PrometheusClient;
  readonly logger: Logger;
  /** when the receiver was started, Unix seconds */
  readonly since: number;
}

export interface DrillOrder extends DrillRequest {
  readonly source: DrillSource;
}

/**
 * Drills: a violation that is made up goes the whole way of a real one, and the time of each leg is taken. One at a time,
 * for a person or by the schedule; none while a rollback runs.
 */
export class Drills {
  readonly #parts: DrillParts;
  /** of the drill that is under way */
  #seen: DrillSeen = nothingSeen;

  constructor(parts: DrillParts) {
    this.#parts = parts;
  }

  /** Newest first. */
  list(): Drill[] {
    return [...this.#parts.ledger.state.drills.known.values()].map((drill) => this.#told(drill)).reverse();
  }

  get(id: string): Drill | undefined {
    const drill = this.#parts.ledger.state.drills.known.get(id);
    return drill === undefined ? undefined : this.#told(drill);
  }

  /**
   * Begins a drill. One whose violation cannot be written down is over at once, and has failed.
   * @throws HttpError 409 while a drill or a rollback is under way; the Node system error of a ledger that cannot be written
   */
  async start(order: DrillOrder): Promise<Drill> {
    const { ledger, mutex, logger } = this.#parts;
    return mutex.run(async () => {
      const busy = this.#busy();
      if (busy !== undefined) throw new HttpError(409, `${busy} is under way: wait for its end`);
      const at = unixNow();
      const id = uniqueId(['drill'], at);
      this.#seen = nothingSeen;
      const { source, operator, timeout_seconds } = order;
      await ledger.append({ type: 'drill_started', drill: id, at, source, operator, timeout_seconds });
      logger.info({ drill: id, source }, 'drill started');
      await this.#write(id, at);
      const drill = this.get(id);
      if (drill === undefined) throw new Error(`the ledger lost the drill ${id}`);
      return drill;
    });
  }

  /** Looks how far the drill has come that is under way; begins one where the schedule says so. */
  async run(): Promise<void> {
    const { state } = this.#parts.ledger;
    const drill = runningDrill(state.drills);
    if (drill === undefined) {
      await this.#startIfDue();
      return;
    }
    this.#seen = await this.#ask(drill);
    await this.#parts.mutex.run(async () => {
      const finding = judgeDrill(drill, rollbackOfDrill(state, drill.id), this.#seen, unixNow());
      if (finding !== undefined) await this.#finish(drill.id, finding);
    });
  }

  #told(drill: DrillState): Drill {
    if (drill.result !== null) return drill;
    const rollback = rollbackOfDrill(this.#parts.ledger.state, drill.id);
    const { trigger, id } = rollback ?? {};
    const legs = legsOf(drill, rollback, this.#seen);
    return { ...drill, legs, trigger: trigger?.source ?? null, rollback: id ?? null };
  }

  /** @returns the id of what a drill has to wait for */
  #busy(): string | undefined {
    const { drills, rollbacks } = this.#parts.ledger.state;
    return runningDrill(drills)?.id ?? [...rollbacks.values()].find(({ result }) => result === null)?.id;
  }

  /** @param at Unix seconds */
  async #write(id: string, at: number): Promise<void> {
    const { directory } = this.#parts.config.state;
    try {
      await removeDrillFiles(directory);
      await writeDrillFile(directory, { id, written_at: at });
    } catch (error) {
      await this.#finish(id, {
        result: 'failed',
        missing: 'written',
        note: errorMessage(error),
        trigger: null,
        rollback: null,
        legs: drillLegs.map((leg) => ({ leg, at: null, after: null })),
      });
    }
  }

  async #startIfDue(): Promise<void> {
    const { ledger, config, since } = this.#parts;
    const { drill_interval: interval } = config.receiver;
    if (interval === 0) return;
    const { drills } = ledger.state;
    const last = newestDrill(drills)?.started_at ?? drills.since ?? since;
    const due = Math.max(last + interval, since + Math.min(interval, startUp));
    if (unixNow() < due || this.#busy() !== undefined) return;
    try {
      await this.start({ source: 'schedule', operator: '', timeout_seconds: usualDrill });
    } catch (error) {
      // A rollback came first: the drill comes after it.
      if (!(error instanceof HttpError)) throw error;
    }
  }

  /** What Prometheus says; what it said before stays. */
  async #ask({ id, started_at: start }: DrillState): Promise<DrillSeen> {
    const { prometheus } = this.#parts;
    const before = this.#seen;
    const range = unixNow() - start + clockSlack;
    const of = JSON.stringify(id);
    const series = `${exporterMetric.drillWritten}{drill=${of}}`;
    const alerts = `ALERTS{alertname="${drillAlert}",alertstate="firing",deployment=${of}}`;
    try {
      const scraped = before.scraped ?? (await prometheus.oldestSampleTime(series, range)) ?? null;
      const evaluated = before.evaluated ?? (await prometheus.oldestSampleTime(alerts, range)) ?? null;
      return { scraped, evaluated, problem: '' };
    } catch (error) {
      if (!(error instanceof PrometheusError)) throw error;
      return { ...before, problem: error.message };
    }
  }

  async #finish(id: string, finding: DrillFinding): Promise<void> {
    const { ledger, logger, config } = this.#parts;
    await ledger.append({ type: 'drill_finished', drill: id, ...finding });
    const { result, missing, note } = finding;
    if (result === 'failed')
      logger.error({ drill: id, missing, note }, 'the drill failed: this leg never came');
    else logger.info({ drill: id, result, note }, 'the drill is over');
    try {
      await removeDrillFiles(config.state.directory);
    } catch (error) {
      logger.warn(
        { drill: id, reason: errorMessage(error) },
        'what a drill has left behind cannot be removed',
      );
    }
  }
}
