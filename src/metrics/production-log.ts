import { join } from 'node:path';
import type { Config } from '../config/schema.js';
import type { Logger } from '../platform/log.js';
import { SteadyClock } from '../platform/steady-clock.js';
import { LogFollower } from '../sources/log-follower.js';
import { StateFile } from '../sources/state-file.js';
import type { CollectContext, Collector, CollectorModule } from './collector.js';
import { LogKeeper, savedLogSchema, type SavedLog } from './log-keeper.js';
import { setPatternCount } from './pattern-series.js';
import { countProblems, Problems } from './problems.js';
import { lastMatch, lines, matches, productionLogMetrics } from './production-log-metrics.js';
import { ProgressFile } from './progress-file.js';

const name = 'production_log';
const loss = 'how many lines were counted, which begins again with those that are written from now on';

/** The log file of a trading system that writes none to the journal: lines by pattern. */
export const productionLogCollector: CollectorModule = {
  name,
  metrics: productionLogMetrics,
  reasons: ['unreadable', 'unwritable', 'oversized', 'future_timestamp', 'position_lost'],
  create({ config, log }) {
    return config.files.production_log === '' ? undefined : new ProductionLogCollector(config, log);
  },
};

/** What follows the file, once what was saved is read. */
interface Work {
  readonly keeper: LogKeeper;
  readonly follower: LogFollower;
}

class ProductionLogCollector implements Collector {
  readonly #path: string;
  readonly #log: Logger;
  readonly #problems = new Problems();
  readonly #saved: ProgressFile<SavedLog>;
  #work: Promise<Work> | undefined;

  constructor({ files, exporter }: Config, log: Logger) {
    this.#path = files.production_log;
    this.#log = log;
    const path = join(exporter.state_directory, `${name}.json`);
    this.#saved = new ProgressFile(new StateFile(path, savedLogSchema, loss, log), this.#problems);
  }

  /** The first time begins to follow, which goes on between the scrapes. */
  async collect(context: CollectContext): Promise<void> {
    const { keeper, follower } = await this.#start();
    countProblems(context, name, [...this.#problems.take(), ...keeper.takeProblems()]);
    const { state } = follower;
    context.trace('log', () => ({ state, ...keeper.save() }));
    if (state.kind === 'failed') throw state.error;
    if (state.kind === 'catching up') return;
    const counts = keeper.counts();
    if (state.kind === 'absent' && counts.every((count) => count.lines === 0)) return;
    for (const count of counts) {
      const labels = {
        plain: { pattern: count.pattern },
        withWindow: { pattern: count.pattern, window: '6h' },
      };
      setPatternCount(context, { lines, lastMatch, matches }, labels, count, this.#path);
    }
  }

  async close(): Promise<void> {
    this.#saved.stop();
    const work = await this.#work?.catch(() => undefined);
    if (work === undefined) return;
    await work.follower.close();
    if (work.follower.hasBegun && work.keeper.hasChanged) this.#saved.save(work.keeper);
    await this.#saved.idle();
  }

  /** @throws SourceError where it cannot be told what was saved; the next time it is tried again */
  async #start(): Promise<Work> {
    this.#work ??= this.#saved.read().then((saved) => this.#follow(saved));
    try {
      return await this.#work;
    } catch (error) {
      this.#work = undefined;
      throw error;
    }
  }

  #follow(saved: SavedLog | undefined): Work {
    const clock = new SteadyClock();
    const keeper: LogKeeper = new LogKeeper(
      () => clock.now(),
      () => follower.positions,
      saved,
    );
    const options = { path: this.#path, saved: saved?.files, reader: keeper, log: this.#log };
    const follower = new LogFollower(options);
    follower.start();
    this.#saved.keep(keeper, () => follower.hasBegun);
    return { keeper, follower };
  }
}
