import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { poll } from '../../../src/platform/poll.js';
import type { FilePosition } from '../../../src/sources/file-position.js';
import { LogFollower, type LogReader } from '../../../src/sources/log-follower.js';
import { temporaryFolder } from '../../support/workspace.js';

const log = pino({ level: 'silent' });

/** A log file that is written to, rotated and cut, and who follows it and is interrupted. */
class Bench implements LogReader {
  readonly folder = temporaryFolder();
  readonly path = join(this.folder, 'production.log');
  taken: string[] = [];
  readonly losses: string[] = [];
  #follower: LogFollower | undefined;
  #saved: { readonly positions: readonly FilePosition[]; readonly taken: readonly string[] } | undefined;

  take({ text }: { readonly text: string }): void {
    this.taken.push(text);
  }

  lose(detail: string): void {
    this.losses.push(detail);
  }

  moved(): void {
    // What is saved is asked for.
  }

  get follower(): LogFollower {
    if (this.#follower === undefined) throw new Error('nothing follows');
    return this.#follower;
  }

  start(graceSeconds = 60): void {
    const saved = this.#saved;
    if (saved !== undefined) this.taken = [...saved.taken];
    const options = { path: this.path, saved: saved?.positions, reader: this, log };
    const follower = new LogFollower({ ...options, everySeconds: 0.01, graceSeconds });
    this.#follower = follower;
    onTestFinished(() => follower.close());
    follower.start();
  }

  /** Keeps positions and lines together, as the exporter does. */
  save(): void {
    const { positions } = this.follower;
    this.#saved = {
      positions: JSON.parse(JSON.stringify(positions)) as FilePosition[],
      taken: [...this.taken],
    };
  }

  /** As an exporter that is killed: what was not saved is forgotten. */
  async kill(): Promise<void> {
    await this.follower.close();
  }

  /** As an exporter that ends. */
  async stop(): Promise<void> {
    await this.follower.close();
    this.save();
  }

  write(...lines: readonly string[]): void {
    appendFileSync(this.path, lines.map((line) => `${line}\n`).join(''));
  }

  rotate(): void {
    this.#moveOn();
    if (existsSync(this.path)) renameSync(this.path, `${this.path}.1`);
  }

  copyAndTruncate(): void {
    this.#moveOn();
    copyFileSync(this.path, `${this.path}.1`);
    truncateSync(this.path);
  }

  async begun(): Promise<void> {
    await poll(
      () => (['following', 'absent'].includes(this.follower.state.kind) ? true : undefined),
      10,
      0.005,
    );
  }

  async takes(...lines: readonly string[]): Promise<void> {
    await poll(() => (this.taken.length >= lines.length ? true : undefined), 10, 0.005);
    expect(this.taken).toEqual(lines);
  }

  #moveOn(): void {
    for (let number = 60; number > 0; number -= 1)
      if (existsSync(`${this.path}.${number}`))
        renameSync(`${this.path}.${number}`, `${this.path}.${number + 1}`);
  }
}

async function benchWith(...lines: readonly string[]): Promise<Bench> {
  const bench = new Bench();
  bench.write(...lines);
  bench.start();
  await bench.begun();
  return bench;
}

describe('a log file that is followed', () => {
  it('counts at the first start from its end on, and the line that is begun already', async () => {
    const bench = new Bench();
    writeFileSync(bench.path, 'old\nbeg');
    bench.start();
    await bench.begun();
    appendFileSync(bench.path, 'un\nne');
    await bench.takes('begun');
    appendFileSync(bench.path, 'w\n');
    await bench.takes('begun', 'new');
  });

  it('that does not exist yet is no failure, and is read from its beginning when it appears', async () => {
    const bench = new Bench();
    bench.start();
    await bench.begun();
    expect(bench.follower.state).toEqual({ kind: 'absent' });
    await bench.stop();
    bench.write('one');
    bench.start();
    await bench.takes('one');
    expect(bench.losses).toEqual([]);
  });

  it('is read on where a program stopped, without what was not saved', async () => {
    const bench = await benchWith('old');
    bench.write('one');
    await bench.takes('one');
    bench.save();
    bench.write('two');
    await bench.takes('one', 'two');
    await bench.kill();
    bench.write('three');
    bench.start();
    await bench.takes('one', 'two', 'three');
    expect(bench.losses).toEqual([]);
  });

  it('that is renamed is read to its end, also what is written to it after the new one began', async () => {
    const bench = await benchWith();
    bench.write('one');
    await bench.takes('one');
    bench.rotate();
    appendFileSync(`${bench.path}.1`, 'two\n');
    await bench.takes('one', 'two');
    bench.write('three');
    await bench.takes('one', 'two', 'three');
    appendFileSync(`${bench.path}.1`, 'four\n');
    await bench.takes('one', 'two', 'three', 'four');
    await bench.stop();
    appendFileSync(`${bench.path}.1`, 'five\n');
    bench.start();
    await bench.takes('one', 'two', 'three', 'four', 'five');
    expect(bench.losses).toEqual([]);
  });

  it('that was renamed several times while nobody looked is read through all of them', async () => {
    const bench = await benchWith('old');
    bench.rotate();
    bench.write('before', 'one');
    await bench.takes('before', 'one');
    await bench.stop();
    bench.write('two');
    for (const line of ['three', 'four', 'five']) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      bench.rotate();
      bench.write(line);
    }
    writeFileSync(`${bench.path}.0.gz`, 'packed');
    writeFileSync(`${bench.path}.bak`, 'not ours\n');
    bench.start();
    await bench.takes('before', 'one', 'two', 'three', 'four', 'five');
    expect(bench.losses).toEqual([]);
  });

  it('that is copied and cut goes on at the beginning; what was not read yet stands in the copy', async () => {
    const bench = await benchWith('old');
    bench.write('one');
    await bench.takes('one');
    await bench.stop();
    bench.write('two');
    bench.copyAndTruncate();
    bench.write('three');
    bench.start();
    await bench.takes('one', 'two', 'three');
    bench.copyAndTruncate();
    bench.write('four');
    await bench.takes('one', 'two', 'three', 'four');
    expect(bench.losses).toEqual([]);
  });

  it('that was cut and has grown beyond where it was read to is noticed', async () => {
    const bench = await benchWith();
    bench.write('one');
    await bench.takes('one');
    await bench.stop();
    bench.copyAndTruncate();
    bench.write('longer than one', 'and more');
    bench.start();
    await bench.takes('one', 'longer than one', 'and more');
    expect(bench.losses).toEqual([]);
  });

  it('that is cut without a copy says that lines may be lost', async () => {
    const bench = await benchWith();
    bench.write('one');
    await bench.takes('one');
    truncateSync(bench.path);
    await poll(() => (bench.losses.length > 0 ? true : undefined), 10);
    bench.write('two');
    await bench.takes('one', 'two');
    expect(bench.losses).toHaveLength(1);
  });

  it('that is gone with all copies says so, and reads the new one from its beginning', async () => {
    const bench = await benchWith();
    bench.write('one');
    await bench.takes('one');
    await bench.stop();
    rmSync(bench.path);
    bench.write('two');
    bench.start();
    await bench.takes('one', 'two');
    expect(bench.losses).toHaveLength(1);
  });

  it('takes the last line of a rotated file without its end, once nobody writes to it any more', async () => {
    const bench = new Bench();
    bench.start(0.2);
    await bench.begun();
    appendFileSync(bench.path, 'one\nhalf');
    await bench.takes('one');
    bench.rotate();
    bench.write('two');
    await bench.takes('one', 'two', 'half');
    expect(bench.follower.positions).toHaveLength(1);
  });

  it('is a failure where it is no file, until it is one', async () => {
    const bench = new Bench();
    mkdirSync(bench.path);
    bench.start();
    await poll(() => (bench.follower.state.kind === 'failed' ? true : undefined), 10);
    expect(bench.follower.state).toMatchObject({ error: { reason: 'unreadable' } });
    expect(bench.follower.hasBegun).toBe(false);
    rmSync(bench.path, { recursive: true });
    await poll(() => (bench.follower.hasBegun ? true : undefined), 10);
    bench.write('one');
    await bench.takes('one');
  });

  it('cuts a line that is too long, and takes bytes that are no text', async () => {
    const bench = await benchWith();
    appendFileSync(
      bench.path,
      Buffer.concat([Buffer.alloc(1_000_000, 'x'), Buffer.from([0x0a, 0xff, 0x0a])]),
    );
    await poll(() => (bench.taken.length === 2 ? true : undefined), 10);
    expect(bench.taken.map((line) => line.length)).toEqual([16 * 1024, 1]);
    expect(bench.taken[1]).toBe('\ufffd');
  });

  it.each([
    [
      'renamed',
      (bench: Bench) => {
        bench.rotate();
      },
    ],
    [
      'copied and cut',
      (bench: Bench) => {
        bench.copyAndTruncate();
      },
    ],
  ])('loses no line and takes none twice while it is %s and programs end', async (_how, rotate) => {
    const bench = await benchWith();
    bench.save();
    const written: string[] = [];
    let seed = 20261129;
    const below = (limit: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * limit);
    };
    for (let step = 0; step < 100; step += 1) {
      const lines = Array.from(
        { length: below(4) },
        (_, index) => `line ${step} ${index} ${'.'.repeat(below(99))}`,
      );
      bench.write(...lines);
      written.push(...lines);
      const deed = below(12);
      if (deed < 2) {
        rotate(bench);
        // No log is rotated twice between two looks.
        await new Promise((resolve) => setTimeout(resolve, 50));
      } else if (deed === 2) bench.save();
      else if (deed < 5) {
        await (deed === 3 ? bench.stop() : bench.kill());
        bench.start();
      } else await new Promise((resolve) => setTimeout(resolve, below(30)));
    }
    bench.write('last');
    written.push('last');
    await poll(() => (bench.taken.length >= written.length ? true : undefined), 20);
    expect([...bench.taken].sort()).toEqual([...written].sort());
    expect(bench.losses).toEqual([]);
  });
});
