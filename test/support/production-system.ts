import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { runProgram, type ProgramOutcome } from './run-program.js';
import { TradingFolder } from './trading-folder.js';

export const productionScript = join(packageRoot, 'rollback', 'production.sh');

/** Stands for the trading system's own program: it runs on until its command for rollbacks ends it. */
const program = `if [[ " $* " == *" --rollback "* ]]; then
  echo "$*" >>commands
  [[ ! -e hanging ]] || { trap '' TERM; echo $$ >hanging.pid; while :; do sleep 0.2; done; }
  [[ ! -e absent-minded ]] || exit 0
  kill "$(cat production.pid)" 2>/dev/null
  [[ ! -e failing ]] || exit 7
  exit 0
fi
[[ ! -e stubborn ]] || trap '' TERM
echo $$ >production.pid
while :; do sleep 0.1; done
`;

/** A trading system in production: a process, its program, and its table of trades. */
export class ProductionSystem extends TradingFolder {
  readonly database = this.path('data/trading.db');
  readonly log = this.path('logs/production_rollback.jsonl');

  constructor() {
    super();
    mkdirSync(this.path('data'));
    writeFileSync(this.path('deploy_production.py'), program);
    // The program is a script of bash: no machine that runs the tests needs Python.
    this.program('bin/python', 'exec bash "$@"');
    const database = new Database(this.database);
    database.exec('CREATE TABLE trade_outcomes (id INTEGER PRIMARY KEY AUTOINCREMENT, entry_time TEXT)');
    database.close();
    this.openTrade('2026-01-10T11:00:00Z');
  }

  /** Changes how the stand-in behaves: `hanging`, `absent-minded`, `failing`, `stubborn`. */
  behave(word: string): void {
    writeFileSync(this.path(word), '');
  }

  /** Starts the process, in a group of its own, and returns its id. It ends with the test. */
  async start(args: readonly string[] = ['deploy_production.py', '--phase', '3']): Promise<number> {
    rmSync(this.path('production.pid'), { force: true });
    const child: ChildProcess = spawn('bash', args, { cwd: this.root, detached: true, stdio: 'ignore' });
    onTestFinished(() => {
      endGroup(child.pid);
    });
    await poll(() => (existsSync(this.path('production.pid')) ? true : undefined), 30, 0.02);
    return child.pid ?? 0;
  }

  openTrade(entryTime: string): void {
    const database = new Database(this.database);
    database.prepare('INSERT INTO trade_outcomes (entry_time) VALUES (?)').run(entryTime);
    database.close();
  }

  /**
   * Runs the script; its times are short, so that a test need not wait.
   * @param onStdout is given what it has said so far, each time it says more
   */
  rollBack(
    args: readonly string[] = [],
    environment: NodeJS.ProcessEnv = {},
    script = productionScript,
    onStdout?: (said: string) => void,
  ): Promise<ProgramOutcome> {
    const settings = {
      PATH: [this.path('bin'), process.env.PATH ?? ''].join(delimiter),
      ROLLBACK_ROOT: this.root,
      ROLLBACK_QUIET_SECONDS: '1',
      ROLLBACK_GONE_TIMEOUT: '5',
      ...environment,
    };
    return runProgram(args, script, settings, onStdout);
  }

  /** Runs the script with a long quiet time. @returns once that has begun: what becomes of it */
  async watchLong(environment: NodeJS.ProcessEnv = {}): Promise<{ ended: Promise<ProgramOutcome> }> {
    const long = { ...environment, ROLLBACK_QUIET_SECONDS: '60' };
    let isWatching = false;
    let hasEnded = false;
    const ended = this.rollBack([], long, productionScript, (said) => {
      isWatching = said.includes('Watching for 60 s');
    }).finally(() => (hasEnded = true));
    await poll(() => (isWatching || hasEnded ? true : undefined), 30, 0.02);
    return { ended };
  }

  /** What the command for rollbacks was started with, each time. */
  commands(): string[] {
    const path = this.path('commands');
    return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
  }

  /** The newest line of the log. */
  lastLine(): unknown {
    return this.linesOf(this.log).at(-1);
  }

  /** Every file of the trading system by its path below the root. */
  files(): Record<string, string | undefined> {
    const paths = readdirSync(this.root, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    return this.contentsOf(paths.sort());
  }
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
