import { copyFile } from 'node:fs/promises';
import Database from 'better-sqlite3';
import { Backups } from './backups.js';
import { straight, type Bend } from './bend.js';
import { damage } from './damage.js';
import { createDatabase, openDatabase, putInPlace, refuseForeign, removeDatabase } from './file.js';
import type { TableFault } from './table-fault.js';
import { writeSpan } from './write-span.js';
import { TableWriter } from './writer.js';

export interface TradeTablesOptions {
  readonly path: string;
  readonly backupDirectory: string;
  readonly seed: number;
}

/** The database that is written to. */
interface Live {
  readonly database: Database.Database;
  readonly writer: TableWriter;
}

/** The trade tables of the simulated trading system: a history, what comes, and what a fault makes of both. */
export class TradeTables {
  readonly #options: TradeTablesOptions;
  readonly #backups: Backups;
  /** undefined: it cannot be written to */
  #live: Live | undefined;
  /** holds the file so that nobody else reads it */
  #lock: Database.Database | undefined;
  #bend: Bend = straight;
  #writtenUntil = 0;
  /** up to where the copy goes that heals; undefined: there is nothing to heal */
  #copiedUntil: number | undefined;

  constructor(options: TradeTablesOptions) {
    this.#options = options;
    this.#backups = new Backups(options.backupDirectory);
  }

  /**
   * Writes a healthy history in the place of what a simulator wrote before.
   * @param now Unix seconds
   * @throws UserError where something else than a simulator wrote the file
   */
  async open(now: number): Promise<void> {
    const { path, seed } = this.#options;
    await refuseForeign(path);
    await createDatabase(this.#fresh, { seed, now });
    await putInPlace(path, this.#fresh);
    this.#writtenUntil = now;
    await this.#backups.keepUp(this.#connect().database, now);
  }

  /**
   * Writes what has happened since the last time.
   * @param trades whether trades are opened
   * @throws SQLite's error where the file cannot be written
   */
  async pulse(now: number, trades: boolean): Promise<void> {
    if (this.#live === undefined) return;
    this.#write(this.#live, now, trades);
    await this.#backups.keepUp(this.#live.database, now);
  }

  /** Makes the tables faulty, and keeps a copy of what they were. @param now Unix seconds */
  async inject(fault: TableFault, now: number): Promise<void> {
    if (fault.kind === 'stale-backups') {
      await this.#backups.age(now);
      return;
    }
    if (this.#live === undefined) return;
    await this.#live.database.backup(this.#copy);
    this.#copiedUntil = this.#writtenUntil;
    if (fault.kind === 'rows') await this.#bendRows(fault, this.#live, now);
    else await this.#takeAway(this.#live, fault.kind);
  }

  /**
   * Puts back what was before the fault, with what has happened since.
   * @param trades whether trades are opened
   */
  async heal(now: number, trades: boolean): Promise<void> {
    await this.#backups.refresh();
    if (this.#copiedUntil === undefined) return;
    this.#close();
    // Of a locked file the log keeps the name that it had.
    await removeDatabase(this.#edited);
    this.#bend = straight;
    await putInPlace(this.#options.path, this.#copy);
    this.#writtenUntil = this.#copiedUntil;
    this.#copiedUntil = undefined;
    this.#write(this.#connect(), now, trades);
  }

  /** Lets go of the file. */
  async stop(): Promise<void> {
    this.#close();
    for (const path of [this.#copy, this.#edited, this.#fresh]) await removeDatabase(path);
  }

  get #copy(): string {
    return `${this.#options.path}.before-fault`;
  }

  get #edited(): string {
    return `${this.#options.path}.edited`;
  }

  get #fresh(): string {
    return `${this.#options.path}.new`;
  }

  /** The past is changed in a copy that takes the file's place: a reader that goes by ids alone would not see it otherwise. */
  async #bendRows(
    { changes = [], adds, atOnce, addedSeconds = 0 }: Extract<TableFault, { kind: 'rows' }>,
    live: Live,
    now: number,
  ): Promise<void> {
    const rewritten = changes.filter(({ seconds }) => seconds > 0);
    if (rewritten.length > 0) {
      await this.#edit((writer) => {
        for (const { table, seconds, change } of rewritten) writer.rewrite(table, now - seconds, change);
      });
      this.#close();
      await putInPlace(this.#options.path, this.#edited);
    }
    const { writer } = rewritten.length > 0 ? this.#connect() : live;
    this.#bend = {
      changes: Object.fromEntries(changes.map(({ table, change }) => [table, change])),
      adds: adds ?? straight.adds,
    };
    writer.transact(() => {
      writer.insertAll(this.#bend.adds({ since: now - addedSeconds, until: now }));
      if (atOnce !== undefined) writer.insertAll(atOnce(now, writer.resultUntil(now)));
    });
  }

  async #edit(edit: (writer: TableWriter) => void): Promise<void> {
    await copyFile(this.#copy, this.#edited);
    const database = openDatabase(this.#edited);
    try {
      const writer = new TableWriter(database);
      writer.transact(() => {
        edit(writer);
      });
    } finally {
      database.close();
    }
  }

  /** Puts a file in the place of this one from which nobody can read (all of) it, and writes no more. */
  async #takeAway(live: Live, how: 'corrupt' | 'locked'): Promise<void> {
    await copyFile(this.#copy, this.#edited);
    if (how === 'corrupt') await damage(this.#edited);
    // Nobody else has the copy open yet: of a file that others read in WAL mode no such lock is to be had.
    else this.#lock = lock(this.#edited);
    live.database.close();
    this.#live = undefined;
    await putInPlace(this.#options.path, this.#edited);
  }

  #write({ writer }: Live, now: number, trades: boolean): void {
    const span = { since: this.#writtenUntil, until: now };
    writer.transact(() => {
      writeSpan(writer, span, { seed: this.#options.seed, trades, bend: this.#bend });
    });
    this.#writtenUntil = now;
  }

  #connect(): Live {
    const database = openDatabase(this.#options.path);
    this.#live = { database, writer: new TableWriter(database) };
    return this.#live;
  }

  #close(): void {
    this.#live?.database.close();
    this.#live = undefined;
    this.#lock?.close();
    this.#lock = undefined;
  }
}

/** Opens a database so that every other reader finds it busy. */
function lock(path: string): Database.Database {
  const database = new Database(path, { fileMustExist: true });
  // Before anything else: once it has been read in the usual mode, others may read it too.
  database.pragma('locking_mode = EXCLUSIVE');
  database.exec('BEGIN EXCLUSIVE');
  return database;
}
