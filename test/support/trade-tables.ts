import Database from 'better-sqlite3';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { packageRoot } from '../../src/platform/package-root.js';

/** Writes a database with rows of about 100 bytes. @param journal SQLite's journal mode */
export function createTradeTables(path: string, rows: number, journal = 'wal'): void {
  mkdirSync(dirname(path), { recursive: true });
  const database = new Database(path);
  database.pragma(`journal_mode = ${journal}`);
  database.exec(
    'CREATE TABLE trade_outcomes (id INTEGER PRIMARY KEY AUTOINCREMENT, symbol TEXT, note TEXT); CREATE INDEX by_symbol ON trade_outcomes (symbol, id)',
  );
  database
    .prepare(
      `INSERT INTO trade_outcomes (symbol, note) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       SELECT 'BTC/USDT', hex(randomblob(40)) FROM n`,
    )
    .run(rows);
  database.close();
}

/** Runs in a process of its own, with SQLite's own waiting switched off: a lock would be an error. */
const writerProgram = `
const Database = require(process.argv[2]);
const database = new Database(process.argv[1], { timeout: 0 });
const insert = database.prepare("INSERT INTO trade_outcomes (symbol, note) VALUES ('ETH/USDT', hex(randomblob(40)))");
let rows = 0;
const began = performance.now();
const timer = setInterval(() => {
  // As many as are due: a thousand a second.
  for (const due = performance.now() - began; rows < due; rows += 1) insert.run();
}, 5);
process.on('SIGTERM', () => {
  clearInterval(timer);
  // As text: console.log colours numbers where FORCE_COLOR is set.
  console.log(String(rows));
});
console.log('begun');
`;

/** A trading system that inserts 1,000 rows a second, each in a transaction of its own, and ends at the first lock it meets. */
export class TradeWriter {
  readonly #child: ChildProcess;
  #said = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.on('data', (bytes: Buffer) => (this.#said += bytes.toString()));
    child.stderr?.on('data', (bytes: Buffer) => (this.#said += bytes.toString()));
  }

  static async start(path: string): Promise<TradeWriter> {
    const driver = join(packageRoot, 'node_modules', 'better-sqlite3');
    const child = spawn(process.execPath, ['-e', writerProgram, path, driver], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const writer = new TradeWriter(child);
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    await once(child.stdout, 'data');
    return writer;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it said, its errors too. */
  get said(): string {
    return this.#said;
  }

  /** Ends it. @returns rows that it has written */
  async stop(): Promise<number> {
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGTERM');
    await closed;
    return Number(this.#said.trim().split('\n').at(-1));
  }
}
