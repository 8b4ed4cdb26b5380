import { join } from 'node:path';
import type { Config } from '../config/schema.js';
import type { Logger } from '../platform/log.js';
import { SteadyClock } from '../platform/steady-clock.js';
import { journalFields } from '../readings/journal-entry.js';
import type { UnitRole } from '../readings/units.js';
import { JournalFollower } from '../sources/journal.js';
import { StateFile } from '../sources/state-file.js';
import type { CollectContext, Collector, CollectorModule } from './collector.js';
import { JournalKeeper, savedJournalSchema, type SavedJournal } from './journal-keeper.js';
import { journalMetrics, lastMatch, lines, matches } from './journal-metrics.js';
import { setPatternCount } from './pattern-series.js';
import { countProblems, Problems } from './problems.js';
import { ProgressFile } from './progress-file.js';
import { inputTimestamp } from './shared-metrics.js';
import { configuredUnits, type UnitNames } from './unit-names.js';

const name = 'journal';

const loss = 'how many lines were counted, which begins again with those of the last 6 hours';

/** The journal of the configured units: lines by unit and pattern. */
export const journalCollector: CollectorModule = {
  name,
  metrics: [...journalMetrics, inputTimestamp],
  reasons: [
    'unreachable',
    'refused',
    'unreadable',
    'unwritable',
    'malformed_json',
    'oversized',
    'future_timestamp',
    'position_lost',
  ],
  create({ config, log }) {
    return config.journal.enabled ? new JournalCollector(config, log) : undefined;
  },
};

/** What follows the journal, once what was saved is read. */
interface Work {
  readonly keeper: JournalKeeper;
  readonly follower: JournalFollower;
}

class JournalCollector implements Collector {
  readonly #config: Config;
  readonly #log: Logger;
  readonly #roles: ReadonlyMap<string, UnitRole>;
  readonly #problems = new Problems();
  readonly #saved: ProgressFile<SavedJournal>;
  #work: Promise<Work> | undefined;

  /** @throws UserError where a unit's name cannot be used */
  constructor(config: Config, log: Logger) {
    this.#config = config;
    this.#log = log;
    this.#roles = rolesOf(configuredUnits(config.systemd));
    const path = join(config.exporter.state_directory, `${name}.json`);
    this.#saved = new ProgressFile(new StateFile(path, savedJournalSchema, loss, log), this.#problems);
  }

  /** The first time begins to follow, which goes on between the scrapes. */
  async collect(context: CollectContext): Promise<void> {
    const { keeper, follower } = await this.#start();
    countProblems(context, name, [...this.#problems.take(), ...keeper.takeProblems()]);
    const { state } = follower;
    context.trace('journal', () => ({ state, ...keeper.save() }));
    if (state.kind === 'failed') throw state.error;
    if (state.kind === 'catching up') return;
    for (const count of keeper.counts()) {
      const labels = {
        unit: count.unit,
        role: this.#roles.get(count.unit) ?? 'other',
        pattern: count.pattern,
      };
      const all = { plain: labels, withWindow: { ...labels, window: '6h' } };
      setPatternCount(context, { lines, lastMatch, matches }, all, count, count.unit);
    }
    for (const input of ['engine_journal', 'harvest_journal'])
      context.set(inputTimestamp, { input }, keeper.readUntil);
  }

  async close(): Promise<void> {
    this.#saved.stop();
    const work = await this.#work?.catch(() => undefined);
    if (work === undefined) return;
    const isFollowing = work.follower.state.kind === 'following';
    await work.follower.close();
    if (isFollowing) this.#saved.save(work.keeper);
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

  #follow(saved: SavedJournal | undefined): Work {
    const { journalctl: program, directory } = this.#config.journal;
    const units = [...this.#roles.keys()];
    const clock = new SteadyClock();
    const keeper = new JournalKeeper(units, () => clock.now(), saved);
    const options = { program, directory, units, fields: journalFields, reader: keeper, log: this.#log };
    const follower = new JournalFollower(options);
    follower.start();
    // Before the end of the journal was reached, what was saved last is the better beginning.
    this.#saved.keep(keeper, () => follower.state.kind === 'following');
    return { keeper, follower };
  }
}

function rolesOf({ engine, harvest, backend, other }: UnitNames): ReadonlyMap<string, UnitRole> {
  return new Map<string, UnitRole>([
    ...engine.map((unit) => [unit, 'engine'] as const),
    ...harvest.map((unit) => [unit, 'harvest'] as const),
    // The backend is followed where it is among the further units.
    ...other.map((unit) => [unit, backend.includes(unit) ? 'backend' : 'other'] as const),
  ]);
}
