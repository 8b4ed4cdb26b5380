import Database from 'better-sqlite3';
import { errorMessage } from '../platform/errors.js';

// A program of its own, run by rollback/trades.sh where there is no sqlite3: prints the newest row of trade_outcomes as its
// number and its entry time in hexadecimal, nothing where there is none. Its argument is the path of the database.

/** How long a locked database is waited for, milliseconds. */
const timeout = 2000;

const [path = ''] = process.argv.slice(2);
try {
  const database = new Database(path, { readonly: true, fileMustExist: true, timeout });
  const newest = database
    .prepare(
      "SELECT rowid || ' ' || ifnull(hex(entry_time), '') FROM trade_outcomes ORDER BY rowid DESC LIMIT 1",
    )
    .pluck()
    .get();
  if (typeof newest === 'string') process.stdout.write(`${newest}\n`);
  database.close();
} catch (error) {
  process.stderr.write(`${errorMessage(error)}\n`);
  process.exitCode = 1;
}
