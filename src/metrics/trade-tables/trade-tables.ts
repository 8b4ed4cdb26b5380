import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Config } from '../../config/schema.js';
import { errorMessage } from '../../platform/errors.js';
import type { Logger } from '../../platform/log.js';
import { packageRoot } from '../../platform/package-root.js';
import { SourceError } from '../../sources/source-error.js';
import type { FileIntegrity } from '../../sources/sqlite-integrity.js';
import type { LookReport } from './look-report.js';
import type { WatchOptions } from './watch.js';

/** What the thread that watches is given. */
export interface WatchWorkerData extends WatchOptions {
  /** seconds */
  readonly pollInterval: number;
}

/** What the thread that checks the file is given. */
export interface IntegrityWorkerData {
  readonly path: string;
  readonly busyTimeout: number;
}

/** What was noted since the last time it was taken. */
export interface Notes {
  readonly flaws: readonly LookReport['flaws'][number][];
  readonly rereads: readonly LookReport['rereads'][number][];
}

const folder = join(packageRoot, 'dist', 'metrics', 'trade-tables');
/** A look that takes longer than this hangs, seconds; a first look takes a block of rows. */
const hangs = 15;
/** Before a thread that ended by itself is begun anew, milliseconds. */
const restartDelay = 1000;
/** A check of the file that could not be made, or has found damage, is made again after this, seconds. */
const retryCheck = 30;
/** Between checks because of what a read came upon, milliseconds. */
const checkPause = 3000;
/** What a thread may need beside its rows, which lie outside of the heap; megabytes. */
const heapLimit = 128;
/** Of that, for what was made just now: what a look makes is garbage at its end, and more room would only keep it longer. */
const youngHeapLimit = 16;
/** Notes that are kept until they are taken; there is no end of what can be wrong. */
const mostNotes = 1000;

/** The trade tables, watched by a thread of their own: a scrape takes what that thread saw last. */
export class TradeTables {
  readonly #settings: Config['database'];
  readonly #log: Logger;
  readonly #began = performance.now();
  #worker: Worker | undefined;
  #restart: NodeJS.Timeout | undefined;
  #checker: Worker | undefined;
  #nextCheck: NodeJS.Timeout | undefined;
  #checkedAt = Number.NEGATIVE_INFINITY;
  /** since then */
  #isReplaced = false;
  #last: { readonly look: LookReport; readonly receivedAt: number } | undefined;
  #crash: string | undefined;
  #integrity: FileIntegrity | undefined;
  #flaws: LookReport['flaws'][number][] = [];
  #rereads: LookReport['rereads'][number][] = [];
  #isClosed = false;

  constructor(settings: Config['database'], log: Logger) {
    this.#settings = settings;
    this.#log = log;
    this.#watch();
    if (settings.check_interval > 0) this.#check();
  }

  /**
   * The last look; undefined while the first one is under way.
   * @throws SourceError where it failed, or the next one hangs
   */
  latest(): LookReport | undefined {
    const since = this.#last?.receivedAt ?? this.#began;
    if (this.#crash !== undefined) throw new SourceError('unreadable', this.#crash);
    const silent = (performance.now() - since) / 1000;
    if (silent > hangs + this.#settings.poll_interval)
      throw new SourceError('timeout', `the trade tables have not been read for ${Math.round(silent)} s`);
    const failure = this.#last?.look.failure;
    if (failure !== undefined) throw new SourceError(failure.reason, failure.detail);
    return this.#last?.look;
  }

  /** What the last check of the file found; undefined until there was one. */
  get integrity(): FileIntegrity | undefined {
    return this.#integrity;
  }

  /** What was wrong, and what was read again, since this was asked last. */
  takeNotes(): Notes {
    return { flaws: this.#flaws.splice(0), rereads: this.#rereads.splice(0) };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#restart);
    clearTimeout(this.#nextCheck);
    await Promise.all([this.#worker?.terminate(), this.#checker?.terminate()]);
  }

  #watch(): void {
    const { path, busy_timeout: busyTimeout, poll_interval: pollInterval } = this.#settings;
    const seriesLimit = this.#settings.series_limit;
    const data: WatchWorkerData = { path, busyTimeout, pollInterval, seriesLimit };
    const worker = startWorker('watch-worker.js', data);
    this.#worker = worker;
    worker.on('message', (look: LookReport) => {
      this.#take(look);
    });
    worker.on('error', (error) => {
      this.#crash = `the thread that reads the trade tables has ended: ${errorMessage(error)}`;
      this.#log.error({ err: error }, 'trade tables: thread has ended');
    });
    worker.on('exit', () => {
      if (this.#isClosed) return;
      this.#restart = setTimeout(() => {
        this.#watch();
      }, restartDelay);
    });
  }

  #take(look: LookReport): void {
    this.#crash = undefined;
    this.#last = { look, receivedAt: performance.now() };
    this.#flaws.push(...look.flaws.slice(0, mostNotes - this.#flaws.length));
    this.#rereads.push(...look.rereads.slice(0, mostNotes - this.#rereads.length));
    if (this.#isCheckDue(look)) this.#check();
  }

  /** Damage that a read has come upon, and a file in the place of a damaged one, need not wait for the next check. */
  #isCheckDue({ failure, rereads }: LookReport): boolean {
    const isKnownDamaged = this.#integrity?.intact === false;
    this.#isReplaced ||= rereads.some(({ reason }) => reason === 'replaced');
    if (performance.now() - this.#checkedAt < checkPause) return false;
    return isKnownDamaged ? this.#isReplaced && failure === undefined : failure?.reason === 'corrupt';
  }

  #check(): void {
    if (this.#checker !== undefined) return;
    clearTimeout(this.#nextCheck);
    this.#checkedAt = performance.now();
    this.#isReplaced = false;
    const { path, busy_timeout: busyTimeout, check_interval: interval } = this.#settings;
    const data: IntegrityWorkerData = { path, busyTimeout };
    const checker = startWorker('integrity-worker.js', data);
    this.#checker = checker;
    let isKnown = false;
    checker.on('message', (result: FileIntegrity) => {
      isKnown = result.intact !== undefined;
      if (isKnown) this.#note(result);
      else this.#log.warn({ reason: result.detail }, 'trade tables: the file could not be checked');
    });
    checker.on('error', (error) => {
      this.#log.error({ err: error }, 'trade tables: check of the file has ended');
    });
    checker.on('exit', () => {
      this.#checker = undefined;
      if (this.#isClosed) return;
      // Damage is looked at again soon, so that a repair shows.
      const isIntact = isKnown && this.#integrity?.intact === true;
      if (isIntact && interval === 0) return;
      this.#nextCheck = setTimeout(
        () => {
          this.#check();
        },
        (isIntact ? interval : retryCheck) * 1000,
      );
      this.#nextCheck.unref();
    });
  }

  #note(result: FileIntegrity): void {
    if (result.intact === false && this.#integrity?.intact !== false)
      this.#log.error({ found: result.detail }, 'trade tables: the file is damaged');
    if (result.intact === true && this.#integrity?.intact === false)
      this.#log.info({}, 'trade tables: the file is intact again');
    this.#integrity = result;
  }
}

function startWorker(program: string, workerData: WatchWorkerData | IntegrityWorkerData): Worker {
  const worker = new Worker(join(folder, program), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: heapLimit, maxYoungGenerationSizeMb: youngHeapLimit },
  });
  worker.unref();
  return worker;
}
