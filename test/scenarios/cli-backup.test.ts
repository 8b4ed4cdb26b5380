import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { diskUnavailable, PrivateDisk } from '../support/private-disk.js';
import { runProgram, type ProgramOutcome } from '../support/run-program.js';
import { createTradeTables, TradeWriter } from '../support/trade-tables.js';
import { temporaryFolder } from '../support/workspace.js';

/** A trading system's folder. */
class Place {
  readonly folder: string;
  readonly database: string;
  readonly backups: string;

  constructor(folder = temporaryFolder(), settings: object = {}) {
    this.folder = folder;
    this.database = join(folder, 'data', 'trading.db');
    this.backups = join(folder, 'backups');
    const config = { files: { root: folder }, state: { directory: join(folder, 'state') }, ...settings };
    writeFileSync(join(folder, 'redline.yml'), JSON.stringify(config));
  }

  run(...args: readonly string[]): Promise<ProgramOutcome> {
    return runProgram(['--config', join(this.folder, 'redline.yml'), 'backup', ...args]);
  }

  /** The copies, without the file of the lock. */
  get copies(): string[] {
    return existsSync(this.backups)
      ? readdirSync(this.backups)
          .filter((name) => name !== '.redline-backup.lock')
          .sort()
      : [];
  }

  /** The day's copy. A test that runs over midnight has two. */
  get newest(): string {
    return join(
      this.backups,
      this.copies.filter((name) => /^trading_\d{8}\.db$/.test(name)).at(-1) ?? 'none',
    );
  }

  /** Puts an older copy there. */
  keep(name: string, content = 'old'): void {
    mkdirSync(this.backups, { recursive: true });
    writeFileSync(join(this.backups, name), content);
  }
}

function rowsOf(path: string): { rows: number; last: number } {
  const database = new Database(path, { readonly: true });
  try {
    return (
      database
        .prepare<[], { rows: number; last: number }>(
          'SELECT count(*) AS rows, max(id) AS last FROM trade_outcomes',
        )
        .all()[0] ?? { rows: 0, last: 0 }
    );
  } finally {
    database.close();
  }
}

function overwrite(path: string, position: number, bytes: Buffer): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, position);
  closeSync(file);
}

function dayBefore(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
}

describe('redline backup', () => {
  it('copies one moment of a database that is written to a thousand times a second, and never makes the writer wait', async () => {
    const place = new Place();
    createTradeTables(place.database, 200_000);
    const writer = await TradeWriter.start(place.database);
    const outcome = await place.run('--json');
    expect(outcome, writer.said).toMatchObject({ code: 0 });
    expect(writer.isRunning, writer.said).toBe(true);
    const written = 200_000 + (await writer.stop());
    const { rows, last } = rowsOf(place.newest);
    expect(rows).toBe(last);
    expect(rows).toBeGreaterThan(200_000);
    expect(rows).toBeLessThan(written);
    expect(rowsOf(place.database).rows).toBe(written);
    const answer = JSON.parse(outcome.stdout) as Record<string, unknown>;
    expect(answer).toMatchObject({
      good: true,
      method: 'snapshot',
      rows: { trade_outcomes: rows },
      replaced: false,
    });
    expect(answer.bytes).toBe(statSync(place.newest).size);
  });

  it('says what it would do, and does nothing, in a dry run', async () => {
    const place = new Place();
    createTradeTables(place.database, 10);
    place.keep('trading_20200101.db');
    const { code, stdout } = await place.run('--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Would copy .*trading\.db to .*backups\/trading_\d{8}\.db\./);
    expect(stdout).toContain('Would remove: trading_20200101.db');
    expect(readdirSync(place.backups)).toEqual(['trading_20200101.db']);
  });

  it('copies a database that nobody has open, and one without WAL, and leaves nothing beside them', async () => {
    for (const [journal, method] of [
      ['wal', 'file'],
      ['delete', 'read lock'],
    ] as const) {
      const place = new Place();
      createTradeTables(place.database, 1000, journal);
      chmodSync(place.database, 0o640);
      const { code, stdout } = await place.run('--json');
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ method, rows: { trade_outcomes: 1000 } });
      expect(readdirSync(join(place.folder, 'data'))).toEqual(['trading.db']);
      expect(place.copies).toHaveLength(1);
      expect(statSync(place.newest).mode & 0o777).toBe(0o640);
    }
  });

  it('lets writers of a database without WAL wait for no longer than was allowed', async () => {
    const place = new Place();
    createTradeTables(place.database, 1000, 'delete');
    const { code, stderr } = await place.run('--wait', '0s');
    expect(code).toBe(1);
    expect(stderr).toMatch(/not in WAL mode, and could not be copied within 0s/);
    expect(place.copies).toEqual([]);
    expect((await place.run('--wait', 'soon')).stderr).toContain('--wait "soon" is no duration');
  });

  it('replaces the copy of the same day, and removes those that are too old and nothing else', async () => {
    const place = new Place(undefined, { database: { backup_keep: '3d' } });
    createTradeTables(place.database, 10);
    const today = dayBefore(0);
    place.keep(`trading_${today}.db`);
    const others = ['trading_20200101.db.gz', 'trading_20201301.db', 'other_20200101.db', 'notes.txt'];
    const old = ['trading_20200101.db', 'trading_20200102T030405Z.db', `trading_${dayBefore(4)}.db`];
    const young = [`trading_${dayBefore(3)}.db`, `trading_${dayBefore(1)}T120000Z.db`, 'trading_29990101.db'];
    for (const name of [...others, ...old, ...young]) place.keep(name);
    symlinkSync('/etc/passwd', join(place.backups, 'trading_20200103.db'));
    mkdirSync(join(place.backups, 'trading_20200104.db'));
    const { code, stdout } = await place.run();
    expect(code).toBe(0);
    expect(stdout).toContain('in place of the one that was there');
    expect(stdout).toContain(`Removed as too old: ${old.join(', ')}`);
    const kept = [...others, ...young, 'trading_20200103.db', 'trading_20200104.db', `trading_${today}.db`];
    expect(place.copies).toEqual(kept.sort());
    expect(rowsOf(join(place.backups, `trading_${today}.db`)).rows).toBe(10);
  });

  it.each([
    [
      'is damaged inside',
      (path: string) => {
        overwrite(path, 8 * 4096, Buffer.alloc(4096, 0xaa));
      },
    ],
    [
      'is no database',
      (path: string) => {
        overwrite(path, 0, Buffer.from('nothing at all'));
      },
    ],
  ])('keeps what there was where the database %s (exit 2)', async (_how, damage) => {
    const place = new Place();
    createTradeTables(place.database, 2000);
    expect((await place.run()).code).toBe(0);
    place.keep('trading_20200101.db');
    const before = readFileSync(place.newest);
    damage(place.database);
    const { code, stderr } = await place.run();
    expect(code).toBe(2);
    expect(stderr).toContain('NOT GOOD');
    expect(place.copies).toHaveLength(2);
    expect(readFileSync(place.newest).equals(before)).toBe(true);
  });

  it('is one at a time, and removes what interrupted ones have left', async () => {
    const place = new Place();
    createTradeTables(place.database, 10);
    place.keep('.trading_20261128.db.0123456789ab.tmp');
    place.keep('.trading_20261128.db.0123456789ab.tmp-journal');
    const holder = spawn('flock', [join(place.backups, '.redline-backup.lock'), 'cat']);
    onTestFinished(() => {
      holder.kill('SIGKILL');
    });
    holder.stdin.write('held\n');
    await once(holder.stdout, 'data');
    const second = await place.run();
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/is in use by .* wait for it to end/);
    holder.stdin.end();
    await once(holder, 'close');
    expect((await place.run()).code).toBe(0);
    expect(place.copies).toHaveLength(1);
  });

  it('removes what it has begun when it is told to end', async () => {
    const place = new Place();
    createTradeTables(place.database, 400_000);
    const child = spawn(
      process.execPath,
      [join(packageRoot, 'bin', 'redline.mjs'), '--config', join(place.folder, 'redline.yml'), 'backup'],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
    const closed = once(child, 'close');
    const begun = await poll(() => place.copies.find((name) => name.endsWith('.tmp')), 30, 0.002);
    expect(begun).toBeDefined();
    child.kill('SIGTERM');
    expect(await closed).toEqual([1, null]);
    expect(said).toContain('Ended by SIGTERM');
    expect(place.copies).toEqual([]);
  });

  it('says what is missing', async () => {
    const place = new Place();
    expect(await place.run()).toMatchObject({ code: 1, stdout: '' });
    expect((await place.run()).stderr).toMatch(/^redline: There is no .*trading\.db \(database\.path\)/);
    const disabled = new Place(undefined, { database: { enabled: false } });
    expect((await disabled.run()).stderr).toContain('database.enabled is false');
    expect(place.copies).toEqual([]);
  });
});

describe.skipIf(diskUnavailable !== undefined)('redline backup on a disk that is full', () => {
  it('begins nothing where there is no room, and keeps what there was', async () => {
    const disk = await PrivateDisk.create();
    const place = new Place(disk.folder);
    createTradeTables(place.database, 20_000);
    disk.run(
      'mkdir backups && mount -t tmpfs -o size=1m tmpfs backups && echo old > backups/trading_20200101.db',
    );
    const [command, ...launcher] = disk.launcher;
    const program = [...launcher, process.execPath, join(packageRoot, 'bin', 'redline.mjs')];
    const args = [...program, '--config', join(disk.folder, 'redline.yml'), 'backup'];
    const { code, stderr } = await runProgram(args, command);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /There is no room for .*: it needs \d+ bytes, and \d+ are free\. Nothing was changed\./,
    );
    expect(disk.run('ls backups').trim()).toBe('trading_20200101.db');
  });
});
