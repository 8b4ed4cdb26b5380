import { join } from 'node:path';
import type { Config } from '../config/schema.js';
import { errorMessage } from '../platform/errors.js';
import type { Logger } from '../platform/log.js';
import { SteadyClock } from '../platform/steady-clock.js';
import { journalFields } from '../readings/journal-entry.js';
import type { PatternCount } from '../readings/journal-tally.js';
import type { UnitRole } from '../readings/units.js';
import { JournalFollower } from '../sources/journal.js';
import { StateFile } from '../sources/state-file.js';
import { collectorErrors } from './collector-metrics.js';
import { reasonOf, type CollectContext, type Collector, type CollectorModule } from './collector.js';
import { JournalKeeper, savedJournalSchema, type Problem, type SavedJournal } from './journal-keeper.js';
import { journalMetrics, lastMatch, lines, matches } from './journal-metrics.js';
import { inputTimestamp } from './shared-metrics.js';
import { configuredUnits, type UnitNames } from './unit-names.js';

const name = 'journal';
/** How often what was counted is saved, where it changed, milliseconds. */
const saveEvery = 5000;
/** A line stamped further ahead than this says nothing of when it was logged, seconds. */
const tolerance = 60;

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
  readonly #file: StateFile<SavedJournal>;
  readonly #problems: Problem[] = [];
  #work: Promise<Work> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();

  /** @throws UserError where a unit's name cannot be used */
  constructor(config: Config, log: Logger) {
    this.#config = config;
    this.#log = log;
    this.#roles = rolesOf(configuredUnits(config.systemd));
    const path = join(config.exporter.state_directory, `${name}.json`);
    this.#file = new StateFile(path, savedJournalSchema, loss, log);
  }

  /** The first time begins to follow, which goes on between the scrapes. */
  async collect(context: CollectContext): Promise<void> {
    const { keeper, follower } = await this.#start();
    for (const problem of [...this.#problems.splice(0), ...keeper.takeProblems()]) count(context, problem);
    const { state } = follower;
    context.trace('journal', () => ({ state, ...keeper.save() }));
    if (state.kind === 'failed') throw state.error;
    if (state.kind === 'catching up') return;
    for (const pattern of keeper.counts()) this.#export(context, pattern);
    for (const input of ['engine_journal', 'harvest_journal'])
      context.set(inputTimestamp, { input }, keeper.readUntil);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    const work = await this.#work?.catch(() => undefined);
    if (work === undefined) return;
    const isFollowing = work.follower.state.kind === 'following';
    await work.follower.close();
    if (isFollowing) this.#save(work.keeper);
    await this.#saving;
  }

  /** @throws SourceError where it cannot be told what was saved; the next time it is tried again */
  async #start(): Promise<Work> {
    this.#work ??= this.#file.read().then(({ value, problem }) => {
      if (problem !== undefined) this.#problems.push({ reason: 'unreadable', times: 1, detail: problem });
      return this.#follow(value);
    });
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
    this.#timer = setInterval(() => {
      // Before the end of the journal was reached, what was saved last is the better beginning.
      if (follower.state.kind === 'following' && keeper.hasChanged) this.#save(keeper);
    }, saveEvery);
    this.#timer.unref();
    return { keeper, follower };
  }

  /** Keeps position and counts together: whatever happens, each line is counted once. */
  #save(keeper: JournalKeeper): void {
    this.#saving = this.#saving.then(async () => {
      keeper.hasChanged = false;
      try {
        await this.#file.write(keeper.save());
      } catch (error) {
        keeper.hasChanged = true;
        this.#problems.push({ reason: reasonOf(error) ?? 'internal', times: 1, detail: errorMessage(error) });
      }
    });
  }

  #export(
    context: CollectContext,
    { unit, pattern, lines: all, lastMatch: last, recent }: PatternCount,
  ): void {
    const labels = { unit, role: this.#roles.get(unit) ?? 'other', pattern };
    context.set(lines, labels, all);
    context.set(matches, { ...labels, window: '6h' }, recent);
    const isFuture = last !== undefined && last > context.now + tolerance;
    if (isFuture) context.error('future_timestamp', `the newest line of ${unit}`);
    else context.set(lastMatch, labels, last);
  }
}

function rolesOf({ engine, harvest, other }: UnitNames): ReadonlyMap<string, UnitRole> {
  return new Map<string, UnitRole>([
    ...engine.map((unit) => [unit, 'engine'] as const),
    ...harvest.map((unit) => [unit, 'harvest'] as const),
    ...other.map((unit) => [unit, 'other'] as const),
  ]);
}

/** A flood of one problem is counted at once. */
function count(context: CollectContext, { reason, times, detail }: Problem): void {
  context.error(reason, detail);
  context.increment(collectorErrors, { collector: name, reason }, times - 1);
}
