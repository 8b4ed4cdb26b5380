import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../../src/platform/free-port.js';
import { poll } from '../../../src/platform/poll.js';
import { productionFaults, type ProductionFault } from '../../../src/simulator/faults/fault-names.js';
import { productionFaultFacts } from '../../../src/simulator/faults/production-faults.js';
import { runProgram } from '../../support/run-program.js';
import { startSimulator } from '../../support/simulator.js';
import { metConditions } from '../../support/playbook-conditions.js';
import { temporaryFolder } from '../../support/workspace.js';

const now = (): number => Date.now() / 1000;
/** Faults of the file, by whose effect the tables cannot be asked, or are as they should be. */
const faultsOfTheFile: readonly ProductionFault[] = ['locked-database', 'stale-backup'];
/** Implied ones that are met only once the fault has gone on for hours. */
const metLater = ['RetrainingOffBaseline', 'ModeTransitionsOffBaseline', 'DatabaseUnreadable'];

function ask(path: string, question: string): number {
  const database = new Database(path, { readonly: true, timeout: 0 });
  try {
    return Number(database.prepare(question).pluck().get());
  } finally {
    database.close();
  }
}

/** Age of the newest copy, seconds. */
function backupAge(folder: string): number {
  return Math.min(...readdirSync(folder).map((name) => now() - statSync(join(folder, name)).mtimeMs / 1000));
}

describe('the trade tables of the simulator', () => {
  it('are healthy, grow, and each fault meets its condition and those that it implies, until it is healed', async () => {
    const { folder, client } = await startSimulator();
    const path = join(folder, 'trading', 'data', 'trading.db');
    const backups = join(folder, 'trading', 'backups');
    expect(ask(path, `SELECT COUNT(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'`)).toBe(1);
    expect(metConditions(path, now())).toEqual([]);
    const snapshots = (): number => ask(path, 'SELECT MAX(id) FROM portfolio_snapshots');
    const before = snapshots();
    expect(await poll(() => (snapshots() > before ? true : undefined), 30)).toBe(true);
    expect(readdirSync(backups)).toEqual([expect.stringMatching(/^trading_\d{8}\.db$/)]);

    const wrong: string[] = [];
    for (const fault of productionFaults.filter((name) => !faultsOfTheFile.includes(name))) {
      const { alert, implied } = productionFaultFacts[fault];
      await client.inject(fault);
      const expected = [alert, ...implied].filter((name) => !metLater.includes(name)).sort();
      const met = fault === 'corrupt-database' ? corruption(path) : metConditions(path, now());
      if (met.join() !== expected.join()) wrong.push(`${fault}: ${met.join()} and not ${expected.join()}`);
      await client.inject('none');
      const left = metConditions(path, now());
      if (left.length > 0) wrong.push(`${fault} healed: ${left.join()}`);
    }
    expect(wrong).toEqual([]);

    await client.inject('locked-database');
    expect(() => metConditions(path, now())).toThrow(/database is locked/);
    await client.inject('stale-backup');
    expect(metConditions(path, now())).toEqual([]);
    expect(backupAge(backups)).toBeGreaterThan(26 * 3600);
    await client.inject('none');
    expect(backupAge(backups)).toBeLessThan(3600);
    // It goes on where it was.
    const healed = snapshots();
    expect(await poll(() => (snapshots() > healed ? true : undefined), 30)).toBe(true);
    expect(readdirSync(join(path, '..')).filter((name) => /before-fault|edited|new/.test(name))).toEqual([]);
  }, 180_000);

  it('are written by a deployment that its own command stops and starts', async () => {
    const { folder, client } = await startSimulator();
    const root = join(folder, 'trading');
    const deployProduction = (...args: string[]) =>
      runProgram([join(root, 'deploy_production.py'), ...args], process.execPath);
    const first = (await client.status()).deployment?.pid;
    expect(readFileSync(join(root, 'deploy_production.pid'), 'utf8')).toBe(`${first ?? ''}\n`);
    expect(readFileSync(`/proc/${first ?? 0}/cmdline`, 'utf8')).toContain(join(root, 'deploy_production.py'));
    expect(readFileSync(join(root, 'logs', 'production_deployment.log'), 'utf8')).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \[INFO\] \[BTC\/USDT @ 15m\] Candle closed$/m,
    );

    expect(await deployProduction('--rollback')).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(`/proc/${first ?? 0}`)).toBe(false);
    expect((await client.status()).deployment).toBeNull();
    // Once more does no harm.
    expect((await deployProduction('--rollback')).code).toBe(0);

    expect((await deployProduction('--phase', '3')).code).toBe(0);
    const again = await poll(async () => (await client.status()).deployment?.pid, 10);
    expect(again).not.toBe(first);
    expect((await deployProduction('--halt')).code).toBe(2);
  });

  it('are put into no database that something else wrote', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'trading.db');
    const foreign = new Database(path);
    foreign.exec('CREATE TABLE trade_outcomes (id INTEGER)');
    foreign.close();
    const bytes = readFileSync(path);
    const { config, stop } = await startSimulator();
    await stop();
    writeFileSync(config, `${readFileSync(config, 'utf8')}database: { path: ${path} }\n`);
    const outcome = await runProgram(['--config', config, 'simulate'], undefined, {
      REDLINE_SIMULATOR: `127.0.0.1:${await freePort()}`,
    });
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/trading\.db is there, and no simulator wrote it.*database\.path/);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });
});

/** Conditions cannot be asked of tables that cannot be read. */
function corruption(path: string): string[] {
  expect(() => ask(path, 'SELECT entry_time FROM trade_outcomes ORDER BY id DESC')).toThrow(/malformed/);
  const database = new Database(path, { readonly: true, timeout: 0 });
  try {
    const [first] = database.pragma('quick_check(1)') as { quick_check: string }[];
    return first?.quick_check === 'ok' ? [] : ['DatabaseCorrupt'];
  } finally {
    database.close();
  }
}
