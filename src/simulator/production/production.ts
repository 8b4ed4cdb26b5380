import type { Config } from '../../config/schema.js';
import type { TableFault } from '../tables/table-fault.js';
import { TradeTables } from '../tables/tables.js';
import { ProductionLog } from './log.js';

export interface ProductionOptions {
  /** undefined: no trade tables are written */
  readonly database: Pick<Config['database'], 'path' | 'backup_directory'> | undefined;
  /** undefined: no log is written */
  readonly log: string | undefined;
  readonly seed: number;
}

/** What a trading system in production leaves behind: its trade tables and its log. */
export class Production {
  readonly #tables: TradeTables | undefined;
  readonly #log: ProductionLog | undefined;

  constructor({ database, log, seed }: ProductionOptions) {
    this.#tables =
      database === undefined
        ? undefined
        : new TradeTables({ path: database.path, backupDirectory: database.backup_directory, seed });
    this.#log = log === undefined ? undefined : new ProductionLog(log, seed);
  }

  /**
   * Writes the past that is judged.
   * @param now Unix seconds
   * @throws UserError where something else than a simulator wrote the database
   */
  async open(now: number): Promise<void> {
    await this.#tables?.open(now);
    await this.#log?.open(now);
  }

  /**
   * Writes what is due.
   * @param trades whether trades are opened
   * @throws Error where a file cannot be written
   */
  async pulse(now: number, trades: boolean): Promise<void> {
    await this.#log?.pulse(now, trades);
    await this.#tables?.pulse(now, trades);
  }

  /** Makes the tables faulty. @returns false where there are none */
  async inject(fault: TableFault, now: number): Promise<boolean> {
    if (this.#tables === undefined) return false;
    await this.#tables.inject(fault, now);
    return true;
  }

  /** Puts back what was before the fault, where there was one. */
  async heal(now: number, trades: boolean): Promise<void> {
    await this.#tables?.heal(now, trades);
  }

  async stop(): Promise<void> {
    await this.#tables?.stop();
  }
}
