import { basename } from 'node:path';

/** What the names of a database's copies begin with: `trading` of `data/trading.db`. */
export function backupStem(database: string): string {
  return basename(database, '.db');
}

/** The name of the copy of a day, UTC. @param now Unix seconds */
export function backupName(stem: string, now: number): string {
  return `${stem}_${new Date(now * 1000).toISOString().slice(0, 10).replaceAll('-', '')}.db`;
}

/**
 * Reads the name of a copy: `trading_20261129.db`, or with a time of day `trading_20261129T173000Z.db`.
 * @returns the time that it states, of a day its beginning, Unix seconds; undefined where it is no such name
 */
export function backupTime(name: string, stem: string): number | undefined {
  if (!name.startsWith(`${stem}_`)) return undefined;
  const match = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})Z)?\.db$/.exec(name.slice(stem.length + 1));
  if (match === null) return undefined;
  const [, year = '', month = '', day = '', hours = '00', minutes = '00', seconds = '00'] = match;
  const date = `${year}-${month}-${day}`;
  const time = Date.parse(`${date}T${hours}:${minutes}:${seconds}Z`);
  // Date.parse takes February 30 for March 2.
  const isReal = !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
  return isReal ? time / 1000 : undefined;
}
