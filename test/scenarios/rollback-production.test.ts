import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { poll } from '../../src/platform/poll.js';
import { isAlive, productionScript, ProductionSystem } from '../support/production-system.js';
import { runProgram } from '../support/run-program.js';
import { exit } from '../support/trading-folder.js';
import { temporaryFolder } from '../support/workspace.js';

vi.setConfig({ testTimeout: 120_000 });

const hasSqlite = spawnSync('sqlite3', ['-version']).status === 0;

describe('production.sh', () => {
  it('runs the command, sees the process go and that nobody trades, and says so in its log', async () => {
    const system = new ProductionSystem();
    const pid = await system.start();
    const { code, stdout } = await system.rollBack([], {
      ROLLBACK_REASON: 'Drawdown 16.2%, limit "15%"',
      ROLLBACK_TRIGGER: 'webhook',
      ROLLBACK_DEPLOYMENT: 'production-1',
      ROLLBACK_ID: 'production-rollback-1',
    });
    expect(stdout).toContain(`Running in ${system.root}: python deploy_production.py --rollback`);
    expect(stdout).toContain('No process of the deployment is left');
    expect(stdout).toContain('No trade was opened: the newest row of trade_outcomes is 1');
    expect(stdout).toMatch(/Rolled back\.\n$/);
    expect(code).toBe(exit.done);
    expect(isAlive(pid)).toBe(false);
    expect(system.lastLine()).toEqual({
      action: 'rollback_executed',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
      reason: 'Drawdown 16.2%, limit "15%"',
      trigger: 'webhook',
      deployment: 'production-1',
      command_exit: 0,
      process_gone: true,
      trades_opened: false,
      outcome: 'stopped',
      rollback_id: 'production-rollback-1',
    });
  });

  it('watches for all of the quiet time, which begins when the process is gone', async () => {
    const system = new ProductionSystem();
    await system.start();
    const begin = performance.now();
    expect((await system.rollBack([], { ROLLBACK_QUIET_SECONDS: '4' })).code).toBe(exit.done);
    expect(performance.now() - begin).toBeGreaterThan(3900);
  });

  it('says every step and changes nothing with --dry-run', async () => {
    const system = new ProductionSystem();
    const pid = await system.start();
    const before = system.files();
    const { code, stdout } = await system.rollBack(['--dry-run']);
    expect(code).toBe(exit.done);
    expect(stdout).toContain('for at most 60 s: python deploy_production.py --rollback');
    expect(stdout).toContain(`until these are gone: ${pid} (bash deploy_production.py --phase 3)`);
    expect(stdout).toContain('Nothing was changed.');
    expect(system.files()).toEqual(before);
    expect(isAlive(pid)).toBe(true);
  });

  it('tells with --check whether the deployment runs', async () => {
    const system = new ProductionSystem();
    const pid = await system.start();
    const running = await system.rollBack(['--check']);
    expect(running).toMatchObject({ code: exit.engine });
    expect(running.stderr).toContain(`The deployment runs: ${pid} (bash deploy_production.py --phase 3)`);
    process.kill(pid, 'SIGKILL');
    await poll(() => (isAlive(pid) ? undefined : true), 10);
    expect((await system.rollBack(['--check'])).code).toBe(exit.done);
    expect(existsSync(system.log)).toBe(false);
  });

  it('may be run twice', async () => {
    const system = new ProductionSystem();
    await system.start();
    expect((await system.rollBack()).code).toBe(exit.done);
    expect((await system.rollBack()).code).toBe(exit.done);
    expect(system.commands()).toHaveLength(2);
    expect(system.linesOf(system.log)).toHaveLength(2);
  });

  it('knows the trading system by a link that lies in it, and leaves one elsewhere alone', async () => {
    const system = new ProductionSystem();
    const other = new ProductionSystem();
    await system.start();
    const others = await other.start();
    const link = system.path('rollback_production.sh');
    symlinkSync(productionScript, link);
    const { code } = await system.rollBack([], { ROLLBACK_ROOT: '' }, link);
    expect(code).toBe(exit.done);
    expect(isAlive(others)).toBe(true);
    expect(other.commands()).toEqual([]);
  });

  it('is refused while another rollback of the folder runs', async () => {
    const system = new ProductionSystem();
    await system.start();
    const first = system.rollBack([], { ROLLBACK_QUIET_SECONDS: '8' });
    await poll(() => (system.commands().length > 0 ? true : undefined), 30);
    const second = await system.rollBack();
    expect(second.code).toBe(exit.locked);
    expect(second.stderr).toContain('Another rollback of');
    expect(system.commands()).toHaveLength(1);
    expect((await first).code).toBe(exit.done);
  });
});

describe('a command of the configuration', () => {
  it('is taken one word a line, and no shell reads it', async () => {
    const system = new ProductionSystem();
    const show = system.program('show.sh', 'printf "<%s>" "$@" >words');
    const words = ['$(touch evil)', '; touch evil', '`touch evil`', '* ? "x', "it's"];
    const { code } = await system.rollBack([], { ROLLBACK_COMMAND: [show, ...words].join('\n') });
    expect(code).toBe(exit.done);
    expect(readFileSync(system.path('words'), 'utf8')).toBe(words.map((word) => `<${word}>`).join(''));
    expect(existsSync(system.path('evil'))).toBe(false);
  });

  it('that fails is told, also where it has stopped the process', async () => {
    const system = new ProductionSystem();
    await system.start();
    system.behave('failing');
    const { code, stderr } = await system.rollBack();
    expect(stderr).toContain('PROBLEM: The rollback command failed: it ended with 7');
    expect(code).toBe(exit.incomplete);
    expect(system.lastLine()).toMatchObject({
      command_exit: 7,
      process_gone: true,
      trades_opened: false,
      outcome: 'incomplete',
    });
  });

  it('that hangs is ended with all that it has started, by force where it must be', async () => {
    const system = new ProductionSystem();
    const pid = await system.start();
    system.behave('hanging');
    const { code, stderr } = await system.rollBack([], {
      ROLLBACK_COMMAND_TIMEOUT: '2',
      ROLLBACK_GONE_TIMEOUT: '1',
    });
    expect(stderr).toContain('The rollback command took longer than 2 s and was ended');
    expect(code).toBe(exit.engine);
    expect(isAlive(Number(readFileSync(system.path('hanging.pid'), 'utf8')))).toBe(false);
    expect(isAlive(pid)).toBe(true);
    expect(system.lastLine()).toMatchObject({ command_exit: null, process_gone: false, outcome: 'running' });
  });

  it('that does nothing does not pass for a rollback', async () => {
    const system = new ProductionSystem();
    const pid = await system.start();
    system.behave('absent-minded');
    const { code, stderr } = await system.rollBack([], { ROLLBACK_GONE_TIMEOUT: '1' });
    expect(code).toBe(exit.engine);
    expect(stderr).toContain(`The deployment still runs after 1 s: ${pid} (bash deploy_production.py`);
    expect(stderr).toContain('The deployment is NOT stopped');
  });
});

describe('a process that does not end when it is told to', () => {
  it('is named, and nothing is claimed of trades', async () => {
    const system = new ProductionSystem();
    system.behave('stubborn');
    const pid = await system.start();
    const { code, stderr } = await system.rollBack([], { ROLLBACK_GONE_TIMEOUT: '1' });
    expect(code).toBe(exit.engine);
    expect(stderr).toContain(`kill -KILL ${pid}`);
    expect(isAlive(pid)).toBe(true);
    expect(system.lastLine()).toMatchObject({ command_exit: 0, process_gone: false, trades_opened: null });
  });

  it('is ended where the configuration allows that', async () => {
    const system = new ProductionSystem();
    system.behave('stubborn');
    const pid = await system.start();
    const { code } = await system.rollBack([], { ROLLBACK_GONE_TIMEOUT: '1', ROLLBACK_END_PROCESS: 'yes' });
    expect(code).toBe(exit.done);
    expect(isAlive(pid)).toBe(false);
  });

  it('or comes back within the quiet time, is found', async () => {
    const system = new ProductionSystem();
    await system.start();
    const { ended } = await system.watchLong();
    const pid = await system.start();
    const { code, stderr } = await ended;
    expect(code).toBe(exit.engine);
    expect(stderr).toContain(`The deployment came back: ${pid} (bash deploy_`);
  });

  it('is found by its pid file where its command line says nothing', async () => {
    const system = new ProductionSystem();
    writeFileSync(system.path('other-name'), readFileSync(system.path('deploy_production.py')));
    system.behave('absent-minded');
    const pid = await system.start(['other-name']);
    expect((await system.rollBack(['--check'])).code).toBe(exit.done);
    const settings = { ROLLBACK_PID_FILE: 'production.pid', ROLLBACK_GONE_TIMEOUT: '1' };
    expect((await system.rollBack(['--check'], settings)).code).toBe(exit.engine);
    // Also where the file goes before its process does.
    const forgetful = system.program('forget.sh', 'rm production.pid');
    const { code, stderr } = await system.rollBack([], { ...settings, ROLLBACK_COMMAND: forgetful });
    expect(code).toBe(exit.engine);
    expect(stderr).toContain(`${pid} (bash other-name)`);
  });

  it('is found by a pattern of its command line, which matches neither this script nor who runs it', async () => {
    const system = new ProductionSystem();
    writeFileSync(system.path('other-name'), readFileSync(system.path('deploy_production.py')));
    const pid = await system.start(['other-name', system.root, '--production']);
    const settings = { ROLLBACK_PROCESS: `${system.root} --production$|${productionScript}` };
    const { stderr } = await system.rollBack(['--check'], settings);
    expect(stderr).toContain(`The deployment runs: ${pid} (bash other-name`);
    expect(stderr).not.toContain(`, `);
    expect((await system.rollBack([], settings)).code).toBe(exit.done);
  });
});

describe('processes that this user cannot see', () => {
  const hide = 'mount -t proc -o hidepid=2 proc /proc';
  const canHide = spawnSync('unshare', ['--mount', 'sh', '-c', hide]).status === 0;

  it.skipIf(!canHide)('are not taken for gone, and a pid file tells of them', async () => {
    const system = new ProductionSystem();
    // A copy, since the user may not be able to read this clone.
    chmodSync(system.root, 0o755);
    const scripts = system.path('scripts');
    cpSync(dirname(productionScript), scripts, { recursive: true });
    const check = (settings: NodeJS.ProcessEnv) =>
      system.rollBack(
        [
          ...['--mount', 'sh', '-ec', `${hide}; exec "$@"`, 'sh'],
          ...['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'],
          ...[join(scripts, 'production.sh'), '--check'],
        ],
        settings,
        'unshare',
      );
    const blind = await check({});
    expect(blind.code).toBe(exit.incomplete);
    expect(blind.stderr).toContain("Only this user's processes can be seen here");
    const pid = await system.start();
    const told = await check({ ROLLBACK_PID_FILE: 'production.pid' });
    expect(told.code).toBe(exit.engine);
    expect(told.stderr).toContain(`The deployment runs: ${pid} (command line not readable)`);
  });
});

describe('trades', () => {
  const readers = [
    ['sqlite3', { ROLLBACK_NODE: '/nowhere/node' }, hasSqlite],
    ['node alone', { ROLLBACK_SQLITE: 'none', ROLLBACK_NODE: process.execPath }, true],
  ] as const;

  describe.each(readers)('read with %s', (_name, reader, isThere) => {
    it.skipIf(!isThere)('that are opened after the process has gone are found', async () => {
      const system = new ProductionSystem();
      const { ended } = await system.watchLong(reader);
      // The first ones may come before it has looked for the first time.
      const trading = setInterval(() => {
        system.openTrade('2026-01-10T12:00:00Z');
      }, 1000);
      const { code, stderr } = await ended.finally(() => {
        clearInterval(trading);
      });
      expect(stderr).toMatch(/A trade was opened after the process had gone: .* is \d+, it was \d+\./);
      expect(code).toBe(exit.engine);
      expect(system.lastLine()).toMatchObject({
        process_gone: true,
        trades_opened: true,
        outcome: 'running',
      });
    });

    it.skipIf(!isThere)('are none in an empty table', async () => {
      const system = new ProductionSystem();
      const database = new Database(system.database);
      database.exec('DELETE FROM trade_outcomes');
      database.close();
      const { stdout } = await system.rollBack([], reader);
      expect(stdout).toContain('No trade was opened: the newest row of trade_outcomes is 0');
    });

    it.skipIf(!isThere).each([
      ['is corrupt', overwriteWith('x'.repeat(8192)), 'cannot be read: '],
      ['is not there', rmSync, 'does not exist'],
      ['has no such table', overwriteWith(''), 'no such table'],
      ['is locked', lock, 'locked'],
    ] as const)(
      'are not watched where the database %s, which fails no rollback',
      async (_what, spoil, why) => {
        const system = new ProductionSystem();
        const pid = await system.start();
        spoil(system.database);
        const { code, stdout, stderr } = await system.rollBack([], reader);
        expect(stderr).toContain('TRADES NOT WATCHED: ');
        expect(stderr).toContain(why);
        expect(stdout).toMatch(/Rolled back; trades were not watched \(see above\)\.\n$/);
        expect(code).toBe(exit.done);
        expect(isAlive(pid)).toBe(false);
        expect(system.lastLine()).toMatchObject({
          process_gone: true,
          trades_opened: null,
          outcome: 'stopped',
        });
      },
    );
  });

  it('are not watched where there is no reader, or no database at all', async () => {
    const system = new ProductionSystem();
    const reader = { ROLLBACK_SQLITE: 'none', ROLLBACK_NODE: '/nowhere/node' };
    expect((await system.rollBack([], reader)).stderr).toContain('neither sqlite3 nor node');
    const none = await system.rollBack([], { ROLLBACK_DATABASE: 'none' });
    expect(none.stderr).toContain('TRADES NOT WATCHED: there is none (ROLLBACK_DATABASE)');
    expect(none.code).toBe(exit.done);
  });
});

describe('production.sh refuses, and changes nothing,', () => {
  it.each([
    ['a root that is not there', { ROLLBACK_ROOT: '/nowhere' }, exit.refused, '/nowhere'],
    [
      'a command that is not there',
      { ROLLBACK_COMMAND: 'no-such-program\n--rollback' },
      exit.refused,
      'no-such-program is not there or cannot be run',
    ],
    [
      'a command that may not be run',
      { ROLLBACK_COMMAND: './deploy_production.py' },
      exit.refused,
      './deploy_production.py is not there or cannot be run',
    ],
    ['seconds that are code', { ROLLBACK_QUIET_SECONDS: 'a[$(touch /tmp/x)]' }, exit.usage, 'whole number'],
    ['a time limit of nothing', { ROLLBACK_COMMAND_TIMEOUT: '0' }, exit.usage, 'ROLLBACK_COMMAND_TIMEOUT'],
    ['a half answer', { ROLLBACK_END_PROCESS: 'maybe' }, exit.usage, 'it must be yes or no'],
    ['a pattern that is none', { ROLLBACK_PROCESS: '(' }, exit.usage, 'no extended regular expression'],
  ])('%s', async (_name, settings, code, text) => {
    const system = new ProductionSystem();
    const pid = await system.start();
    const before = system.files();
    const result = await system.rollBack([], settings);
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(text);
    expect(system.files()).toEqual(before);
    expect(isAlive(pid)).toBe(true);
  });

  it('in a folder of no trading system', async () => {
    const result = await runProgram([], productionScript, { ROLLBACK_ROOT: temporaryFolder() });
    expect(result.code).toBe(exit.refused);
    expect(result.stderr).toContain('it has no deploy_production.py');
  });

  it('a copy of it alone, and an option it does not know', async () => {
    const system = new ProductionSystem();
    const copy = system.path('rollback_production.sh');
    cpSync(productionScript, copy);
    const alone = await system.rollBack([], {}, copy);
    expect(alone.code).toBe(exit.refused);
    expect(alone.stderr).toContain('ln -s REDLINE/rollback/production.sh rollback_production.sh');
    const unknown = await system.rollBack(['--force']);
    expect(unknown.code).toBe(exit.usage);
    expect(unknown.stderr).toContain('--dry-run');
    expect((await system.rollBack(['--help'])).stdout).toContain('ROLLBACK_QUIET_SECONDS');
  });
});

function overwriteWith(content: string): (path: string) => void {
  return (path) => {
    writeFileSync(path, content);
  };
}

/** Keeps every reader out for as long as the test runs. */
function lock(path: string): void {
  const database = new Database(path);
  database.exec('BEGIN EXCLUSIVE');
  onTestFinished(() => {
    database.close();
  });
}
