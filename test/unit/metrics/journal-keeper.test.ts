import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JournalKeeper, savedJournalSchema, type SavedJournal } from '../../../src/metrics/journal-keeper.js';

const units = ['a.service', 'b.service'];
const began = 1_768_000_000;

interface Logged {
  readonly cursor: string;
  readonly unit: string;
  readonly microseconds: number;
}

/** A journal, a machine's clock, and an exporter that is interrupted in every way. */
class Machine {
  unix = began;
  steady = began;
  followed: readonly string[] = units;
  readonly #journal: Logged[] = [];
  #saved: SavedJournal | undefined;
  keeper = this.#newKeeper();

  log(unit: string): void {
    this.unix += 0.25;
    this.steady += 0.25;
    const number = this.#journal.length + 1;
    this.#journal.push({ cursor: `c${number}`, unit, microseconds: Math.round(this.unix * 1e6) });
  }

  /** As journalctl does it, through at most so many lines. */
  run(most = Infinity): void {
    const start = this.keeper.begin(false);
    const from =
      'cursor' in start
        ? this.#journal.findIndex(({ cursor }) => cursor === start.cursor)
        : this.#journal.findIndex(({ microseconds }) => microseconds >= Math.floor(start.since) * 1e6);
    const shown = from === -1 ? [] : this.#journal.slice(from);
    const own = shown.filter(({ unit }) => this.followed.includes(unit));
    for (const { cursor, unit, microseconds } of own.slice(0, most)) {
      this.keeper.take({
        text: JSON.stringify({
          __CURSOR: cursor,
          __REALTIME_TIMESTAMP: String(microseconds),
          _SYSTEMD_UNIT: unit,
          MESSAGE: 'ERROR',
        }),
        end: undefined,
      });
    }
  }

  save(): void {
    this.#saved = savedJournalSchema.parse(JSON.parse(JSON.stringify(this.keeper.save())));
  }

  restart(followed = this.followed): void {
    this.followed = followed;
    this.keeper = this.#newKeeper();
  }

  logged(unit: string): number {
    return this.#journal.filter((line) => line.unit === unit).length;
  }

  counted(unit: string): { lines: number | undefined; recent: number | undefined } {
    const count = this.keeper.counts().find((one) => one.unit === unit && one.pattern === 'error');
    return { lines: count?.lines, recent: count?.recent };
  }

  #newKeeper(): JournalKeeper {
    return new JournalKeeper(this.followed, () => ({ unix: this.unix, steady: this.steady }), this.#saved);
  }
}

type Step = (machine: Machine) => void;
const step = (name: string, act: Step): { readonly name: string; readonly act: Step } => ({ name, act });

const anyStep = fc.oneof(
  fc.constantFrom(...units).map((unit) =>
    step(`log ${unit}`, (machine) => {
      machine.log(unit);
    }),
  ),
  fc.nat({ max: 4 }).map((most) =>
    step(`run ${most}`, (machine) => {
      machine.run(most);
    }),
  ),
  fc.constant(
    step('run', (machine) => {
      machine.run();
    }),
  ),
  // Only what was followed to the end is saved.
  fc.constant(
    step('save', (machine) => {
      machine.run();
      machine.save();
    }),
  ),
  fc.constant(
    step('crash', (machine) => {
      machine.restart();
    }),
  ),
  fc.constant(
    step('lose', (machine) => {
      if ('cursor' in machine.keeper.begin(false)) machine.keeper.loseCursor();
    }),
  ),
  fc.constantFrom([units[0] ?? ''], units).map((followed) =>
    step(`follow ${followed.join()}`, (machine) => {
      machine.restart(followed);
    }),
  ),
);

describe('JournalKeeper', () => {
  it('counts each line once, however it is interrupted', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 40 }), (steps) => {
        const machine = new Machine();
        for (const { act } of steps) act(machine);
        machine.run();
        for (const unit of machine.followed) {
          const all = machine.logged(unit);
          expect(machine.counted(unit)).toEqual({ lines: all, recent: all });
        }
      }),
      { numRuns: 500 },
    );
  });

  it('counts no line twice where it is interrupted while it reads those of a new unit', () => {
    const machine = new Machine();
    machine.restart(['a.service']);
    for (const unit of ['b.service', 'b.service', 'a.service', 'b.service']) machine.log(unit);
    machine.run();
    machine.save();
    machine.restart(units);
    machine.run(1);
    machine.run();
    expect(machine.counted('a.service').lines).toBe(1);
    expect(machine.counted('b.service')).toEqual({ lines: 3, recent: 3 });
  });

  it('counts the very line where it had stopped where its unit was not followed meanwhile', () => {
    const machine = new Machine();
    machine.log('b.service');
    machine.run();
    machine.save();
    machine.restart(['a.service']);
    machine.run();
    machine.save();
    machine.restart(units);
    machine.run();
    machine.run();
    expect(machine.counted('b.service').lines).toBe(1);
  });

  it('begins six hours ago, and there again while no line has come', () => {
    const machine = new Machine();
    expect(machine.keeper.begin(false)).toEqual({ since: began - 6 * 3600 });
    machine.save();
    machine.unix += 7200;
    machine.steady += 7200;
    machine.restart();
    expect(machine.keeper.begin(true)).toEqual({ since: began - 6 * 3600 });
  });

  it('drops no line of the window while the machine’s time is set', () => {
    const machine = new Machine();
    machine.log('a.service');
    machine.run();
    for (const change of [86_400, -172_800]) {
      machine.unix += change;
      expect(machine.counted('a.service').recent).toBe(1);
    }
    machine.steady += 6 * 3600 - 2;
    expect(machine.counted('a.service').recent).toBe(1);
    machine.steady += 3;
    expect(machine.counted('a.service')).toEqual({ lines: 1, recent: 0 });
  });

  it('lets the window go on over a restart', () => {
    const machine = new Machine();
    machine.log('a.service');
    machine.run();
    machine.save();
    machine.unix += 6 * 3600 - 2;
    // The steady clock of another start shows anything.
    machine.steady = 2_000_000_000;
    machine.restart();
    expect(machine.counted('a.service').recent).toBe(1);
    machine.steady += 3;
    expect(machine.counted('a.service').recent).toBe(0);
  });

  it('says until when it has read: while there is a backlog until its newest line', () => {
    const machine = new Machine();
    machine.log('a.service');
    machine.unix += 100;
    machine.run();
    expect(machine.keeper.readUntil).toBeCloseTo(began, 0);
    machine.keeper.begin(true);
    expect(machine.keeper.readUntil).toBe(machine.unix);
  });

  it('notes a lost position once, and not for a unit that is not followed any more', () => {
    const machine = new Machine();
    machine.log('b.service');
    machine.run();
    machine.save();
    machine.log('a.service');
    machine.restart(['a.service']);
    machine.run();
    expect(machine.keeper.takeProblems()).toEqual([]);
    machine.keeper.begin(false);
    machine.keeper.take({
      text: '{"__CURSOR":"x","__REALTIME_TIMESTAMP":"1768000009000000"}',
      end: undefined,
    });
    expect(machine.keeper.takeProblems()).toMatchObject([{ reason: 'position_lost', times: 1 }]);
    expect(machine.keeper.takeProblems()).toEqual([]);
  });
});
