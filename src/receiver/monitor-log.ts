import { PrometheusError, type PrometheusClient } from '../alerts/prometheus.js';
import type { Deployment } from '../deployments/deployment.js';
import { isoTime, unixNow } from '../platform/clock.js';
import {
  alertTexts,
  changeTexts,
  deploymentOfLog,
  endedTexts,
  endText,
  firstTag,
  firstText,
  lastTag,
  monitorLine,
  readingText,
  rollbackMark,
  rollbackText,
  tagAfterRollback,
  tagOf,
  unknownTag,
  type MonitorLevel,
} from '../reports/monitor-log.js';
import {
  monitorAlerts,
  readMonitor,
  type MonitorAlert,
  type MonitorReading,
} from '../reports/monitor-reading.js';
import type { Ledger } from '../rollback/ledger.js';
import type { RollbackState } from '../rollback/rollback-state.js';
import { LogFile } from './log-file.js';
import { begins, isOver, mayBeWatched, newestCalibration, rollbackOf } from './monitor-subject.js';

/** How often the state is written down, seconds. */
const writeEvery = 30;
/** How often it is looked which alerts begin and end between two of those, seconds. */
const lookEvery = 5;
/** How often Prometheus is asked whether a rolled-back calibration is still watched, seconds. */
const askEvery = 5;
/** A calibration that began so short a time ago is in its first phase, whoever can say so, seconds. */
const surelyFirst = 60;
/** How long the first line waits for Prometheus to name the phase, seconds. */
const phaseWait = 20;

export interface MonitorLogParts {
  readonly path: string;
  readonly ledger: Ledger;
  readonly prometheus: PrometheusClient;
}

/** What is being logged. Times of this process are milliseconds of the monotonic clock. */
interface Open {
  readonly id: string;
  /** Unix seconds */
  readonly since: number;
  tag: string;
  writtenAt: number;
  lookedAt: number;
  /** alerts that fired at the last look */
  firing: readonly MonitorAlert[];
  /** what Prometheus said of the time after a rollback; undefined: it did not answer */
  isWatched: boolean | undefined;
  /** lines about its rollback that stand in the log */
  readonly told: Set<string>;
  isEndTold: boolean;
}

/**
 * The log of a calibration, tagged by phase: its state every 30 s, and alerts as they begin and end, from its declaration
 * until it is judged, or until its rollback is no longer watched; then it is put into the archive. A restart of the
 * receiver goes on with it.
 */
export class MonitorLog {
  readonly #file: LogFile;
  readonly #ledger: Ledger;
  readonly #prometheus: PrometheusClient;
  #isTakenUp = false;
  #open: Open | undefined;
  /** the calibration whose log was put away last */
  #closed: string | undefined;
  #askedAt = -Infinity;
  #waitingSince: number | undefined;

  constructor({ path, ledger, prometheus }: MonitorLogParts) {
    this.#file = new LogFile(path);
    this.#ledger = ledger;
    this.#prometheus = prometheus;
  }

  /** Writes what there is to write. @throws the Node system error when the log cannot be written */
  async run(): Promise<void> {
    await this.#takeUp();
    const newest = newestCalibration(this.#ledger.state);
    if (this.#open === undefined) {
      if (newest !== undefined && newest.id !== this.#closed) await this.#begin(newest);
      return;
    }
    const open = this.#open;
    const deployment = this.#ledger.state.deployments.get(open.id);
    if (deployment === undefined || newest?.id !== open.id) {
      await this.#close(open, deployment);
      return;
    }
    const rollback = rollbackOf(this.#ledger.state, open.id);
    await this.#tellRollback(open, rollback);
    if (hasEnded(rollback)) await this.#askWhetherWatched(open);
    if (isOver(deployment, rollback, open.isWatched, open.since, unixNow())) {
      await this.#close(open, deployment);
    } else if (deployment.outcome !== 'completed') {
      if (isDue(open.writtenAt, writeEvery)) await this.#writeState(open, deployment, rollback);
      else if (isDue(open.lookedAt, lookEvery)) await this.#writeChanges(open);
    }
  }

  /** Goes on with the log that the receiver left when it last ended. */
  async #takeUp(): Promise<void> {
    if (this.#isTakenUp) return;
    const log = await this.#file.read();
    const id = deploymentOfLog(log);
    if (id !== undefined && this.#ledger.state.deployments.has(id)) {
      const open = newOpen(id, lastTag(log) ?? unknownTag);
      const rollback = rollbackOf(this.#ledger.state, id);
      for (const stage of stagesOf(rollback))
        if (log.includes(rollbackMark(stage))) open.told.add(rollbackMark(stage));
      await this.#write(open, 'INFO', 'the receiver was started anew');
      this.#open = open;
    }
    this.#isTakenUp = true;
  }

  async #begin(deployment: Deployment): Promise<void> {
    const rollback = rollbackOf(this.#ledger.state, deployment.id);
    const needsAnswer = deployment.outcome !== null && rollback?.result !== null;
    if (needsAnswer && !mayBeWatched(deployment, rollback, unixNow())) return;
    if (needsAnswer && !isDue(this.#askedAt, askEvery)) return;
    const reading = await this.#read(deployment.id);
    if (!begins(deployment, rollback, reading?.isWatched ?? false)) return;
    const tag = this.#firstTag(deployment, rollback, reading);
    if (tag === undefined) return;
    const open = newOpen(deployment.id, tag);
    await this.#write(open, 'INFO', firstText(deployment));
    this.#open = open;
    this.#waitingSince = undefined;
  }

  /** @returns undefined while it is worth waiting for Prometheus to say */
  #firstTag(
    { started_at: start }: Deployment,
    rollback: RollbackState | undefined,
    reading: MonitorReading | undefined,
  ): string | undefined {
    if (hasEnded(rollback)) return tagAfterRollback;
    const said = tagOf(reading?.phases ?? []);
    if (said !== undefined) return said;
    if (unixNow() - start < surelyFirst) return firstTag;
    this.#waitingSince ??= performance.now();
    return isDue(this.#waitingSince, phaseWait) ? unknownTag : undefined;
  }

  async #tellRollback(open: Open, rollback: RollbackState | undefined): Promise<void> {
    for (const stage of stagesOf(rollback)) {
      if (stage.result !== null) open.tag = tagAfterRollback;
      if (open.told.has(rollbackMark(stage))) continue;
      const { level, text } = rollbackText(stage);
      await this.#write(open, level, text);
      open.told.add(rollbackMark(stage));
      open.writtenAt = -Infinity;
    }
  }

  async #askWhetherWatched(open: Open): Promise<void> {
    if (!isDue(this.#askedAt, askEvery)) return;
    open.isWatched = (await this.#read(open.id))?.isWatched;
  }

  /** @returns undefined where Prometheus does not answer */
  async #read(id: string): Promise<MonitorReading | undefined> {
    this.#askedAt = performance.now();
    try {
      return await readMonitor(this.#prometheus, id, unixNow());
    } catch (error) {
      if (error instanceof PrometheusError) return undefined;
      throw error;
    }
  }

  async #writeState(
    open: Open,
    { started_at: start }: Deployment,
    rollback: RollbackState | undefined,
  ): Promise<void> {
    open.writtenAt = performance.now();
    open.lookedAt = open.writtenAt;
    const now = unixNow();
    try {
      const [reading, rules] = await Promise.all([
        readMonitor(this.#prometheus, open.id, now),
        this.#prometheus.alertingRules(),
      ]);
      if (rollback === undefined) open.tag = tagOf(reading.phases) ?? open.tag;
      const firing = monitorAlerts(rules, open.id);
      const texts = [...endedTexts(open.firing, firing), ...alertTexts(firing)];
      await this.#file.append([
        monitorLine(now, open.tag, 'INFO', readingText(reading, now - (rollback?.ended_at ?? start))),
        ...texts.map(({ level, text }) => monitorLine(now, open.tag, level, text)),
      ]);
      open.firing = firing;
    } catch (error) {
      if (!(error instanceof PrometheusError)) throw error;
      await this.#write(open, 'CRITICAL', `nothing is known: ${error.message}`);
    }
  }

  /** Writes which alerts began and ended since the last look. That Prometheus is silent is said with the state. */
  async #writeChanges(open: Open): Promise<void> {
    open.lookedAt = performance.now();
    try {
      const firing = monitorAlerts(await this.#prometheus.alertingRules(), open.id);
      const now = unixNow();
      const texts = changeTexts(open.firing, firing);
      await this.#file.append(texts.map(({ level, text }) => monitorLine(now, open.tag, level, text)));
      open.firing = firing;
    } catch (error) {
      if (!(error instanceof PrometheusError)) throw error;
    }
  }

  /** Says how it ended, and puts the log away. @param deployment undefined: no longer known */
  async #close(open: Open, deployment: Deployment | undefined): Promise<void> {
    if (!open.isEndTold) {
      const { level, text } =
        deployment === undefined
          ? ({ level: 'INFO', text: `end of deployment=${open.id}` } as const)
          : endText(deployment);
      await this.#write(open, level, text);
      open.isEndTold = true;
    }
    await this.#file.archive(`${isoTime(unixNow()).slice(0, 10).replaceAll('-', '')}_calibration_monitor`);
    this.#closed = open.id;
    this.#open = undefined;
  }

  async #write(open: Open, level: MonitorLevel, text: string): Promise<void> {
    await this.#file.append([monitorLine(unixNow(), open.tag, level, text)]);
  }
}

function newOpen(id: string, tag: string): Open {
  return {
    id,
    since: unixNow(),
    tag,
    writtenAt: -Infinity,
    lookedAt: -Infinity,
    firing: [],
    isWatched: undefined,
    told: new Set(),
    isEndTold: false,
  };
}

/** A rollback as it began and, where it is over, as it ended. */
function stagesOf(rollback: RollbackState | undefined): RollbackState[] {
  if (rollback === undefined) return [];
  const started = { ...rollback, result: null };
  return rollback.result === null ? [started] : [started, rollback];
}

function hasEnded(rollback: RollbackState | undefined): boolean {
  return rollback !== undefined && rollback.ended_at !== null;
}

/** @param since milliseconds of the monotonic clock */
function isDue(since: number, seconds: number): boolean {
  return performance.now() - since >= seconds * 1000;
}
