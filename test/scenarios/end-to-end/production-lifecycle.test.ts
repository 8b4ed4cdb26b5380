import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Rollback } from '../../../src/deployments/rollback.js';
import { poll } from '../../../src/platform/poll.js';
import { ProductionDemo } from '../../support/production-demo.js';
import { isAlive } from '../../support/production-system.js';

vi.setConfig({ testTimeout: 120_000 });

/** Production is rolled back, healed, declared anew, and rolled back again for another reason. */
let system: ProductionDemo;
const seen: Rollback[] = [];

beforeAll(async () => {
  system = await ProductionDemo.launch();
}, 120_000);

afterAll(async () => {
  await system.stop();
});

/** Injects a fault: what runs in production is stopped for it, once, by the script, and that is on record. */
async function expectRolledBack(fault: string, alertname: string): Promise<Rollback> {
  const { id } = await system.newestDeployment();
  const trading = (await system.tradingProcess()) ?? 0;
  expect(isAlive(trading)).toBe(true);
  await system.run('inject', fault);

  const rollback = await system.rolledBack(id);
  expect(rollback).toMatchObject({ plan: 'production', result: 'succeeded', trigger: { alertname } });
  const [method] = rollback.methods;
  expect(rollback.methods).toHaveLength(1);
  expect(method?.argv[0]).toMatch(/rollback_production\.sh$/);
  expect(method).toMatchObject({ exit_code: 0, verification: [{ ok: true }] });
  seen.unshift(rollback);
  expect((await system.rollbacks()).map((each) => each.id)).toEqual(seen.map((each) => each.id));

  expect(isAlive(trading)).toBe(false);
  expect(await system.tradingProcess()).toBeUndefined();
  expect(await system.newestDeployment()).toMatchObject({ id, outcome: 'rolled_back' });
  expect(await poll(() => system.incident(rollback), 20)).toContain(
    `production rolled back after \`${alertname}\``,
  );
  const listed = await system.run('audit', '--json');
  expect(listed).toContain(rollback.id);
  return rollback;
}

/** The newest line that the script has added to its log. */
function newestLogLine(): unknown {
  const path = join(system.config.files.root, 'logs', 'production_rollback.jsonl');
  return JSON.parse(readFileSync(path, 'utf8').trimEnd().split('\n').at(-1) ?? '');
}

/** How many trades were opened since then. @param since Unix seconds */
function tradesOpenedSince(since: number): number {
  const database = new Database(system.config.database.path, { readonly: true });
  try {
    return (
      database
        .prepare<[number], number>('SELECT COUNT(*) FROM trade_outcomes WHERE unixepoch(entry_time) >= ?')
        .pluck()
        .get(since) ?? NaN
    );
  } finally {
    database.close();
  }
}

describe('what runs in production', () => {
  it('is under observation without an end, and its tables are copied on request', async () => {
    const status = await system.run('deploy', 'status');
    expect(status).toMatch(/^Under observation: production$/m);
    expect(status).toMatch(/Time left +no limit/);
    expect(status).toMatch(/ok +PortfolioDrawdownCritical +.* rolls back/);
    expect(await system.run('backup')).toMatch(/The copy is whole: \d+ tables, \d+ rows/);
  });

  it('is stopped once for a drawdown, verified and on record, and no trade is opened any more', async () => {
    const rollback = await expectRolledBack('portfolio-drawdown', 'PortfolioDrawdownCritical');
    expect(newestLogLine()).toMatchObject({
      outcome: 'stopped',
      process_gone: true,
      trades_opened: false,
      rollback_id: rollback.id,
    });
    expect(tradesOpenedSince(rollback.started_at + 1)).toBe(0);
  });

  it('is not stopped again while the alert goes on, and cannot be declared meanwhile', async () => {
    await system.holds(
      'ALERTS{alertstate="firing",alertname="PortfolioDrawdownCritical",deployment=""} unless on () redline:observed{kind="production"}',
    );
    const refused = await system.demo.redline('deploy', 'start', 'production');
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stdout).toMatch(
      /FAIL +PortfolioDrawdownCritical: it holds now, (0\.20\d*|20\.\d+%) \(limit (0\.15|15%)\)/,
    );
    expect(await system.rollbacks()).toHaveLength(1);
    const status = await system.run('deploy', 'status');
    expect(status).toContain('Nothing is under observation. Last: production, rolled back');
    expect(status).toContain('PortfolioDrawdownCritical: ');
    const report = await system.run('report', '--hours', '24');
    expect(report).toContain('PortfolioDrawdownCritical');
  });

  it('runs again once it is healed, and is declared anew', async () => {
    await system.heal();
    expect(await poll(() => system.tradingProcess(), 10)).toBeDefined();
    const before = await system.newestDeployment();
    await system.run('deploy', 'start', 'production');
    const declared = await system.newestDeployment();
    expect(declared).toMatchObject({ kind: 'production', outcome: null });
    expect(declared.id).not.toBe(before.id);
  });

  it('is stopped for a damaged database, of which no trade can be read', async () => {
    const rollback = await expectRolledBack('corrupt-database', 'DatabaseCorrupt');
    expect(rollback.methods[0]?.output).toContain('TRADES NOT WATCHED');
    expect(newestLogLine()).toMatchObject({ outcome: 'stopped', process_gone: true, trades_opened: null });
    await system.holds('ALERTS{alertname="DatabaseUnreadable"}');
    const refused = await system.demo.redline('backup');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
  });

  it('is healed, and leaves a ledger that proves itself', async () => {
    await system.heal();
    expect(await poll(() => system.tradingProcess(), 10)).toBeDefined();
    await system.run('audit', 'verify');
  });
});
