import { exporterMetric } from '../../names.js';
import type { FileIntegrity } from '../../sources/sqlite-integrity.js';
import type { CollectContext } from '../collector.js';
import { counter, gauge } from '../metric.js';
import type { LookReport } from './look-report.js';
import type { TableName } from './snapshot.js';
import type { Notes } from './trade-tables.js';

const source = 'database.path';

const up = gauge({
  name: exporterMetric.databaseUp,
  help: 'Whether the last look at the trade tables could read the file; 0 also where it is missing, locked for longer than database.busy_timeout, or no database.',
  unit: 'boolean',
  source,
  labels: [],
});

const intact = gauge({
  name: exporterMetric.databaseIntact,
  help: 'Whether the whole file is sound, by its last check; absent until that is known.',
  unit: 'boolean',
  source: 'PRAGMA quick_check, every database.check_interval',
  labels: [],
});

const checked = gauge({
  name: exporterMetric.databaseCheckTimestamp,
  help: 'When that check began.',
  unit: 'seconds',
  source: 'PRAGMA quick_check, every database.check_interval',
  labels: [],
});

const checkDuration = gauge({
  name: exporterMetric.databaseCheckDuration,
  help: 'How long that check took.',
  unit: 'seconds',
  source: 'PRAGMA quick_check, every database.check_interval',
  labels: [],
});

const read = gauge({
  name: exporterMetric.databaseReadTimestamp,
  help: 'When the trade tables were last looked at with success: as of then are the series made from them.',
  unit: 'seconds',
  source,
  labels: [],
});

const readDuration = gauge({
  name: exporterMetric.databaseReadDuration,
  help: 'How long that look took.',
  unit: 'seconds',
  source,
  labels: [],
});

const size = gauge({
  name: exporterMetric.databaseSize,
  help: 'Size of the file.',
  unit: 'bytes',
  source,
  labels: [],
});

const walSize = gauge({
  name: exporterMetric.databaseWalSize,
  help: 'Size of its write-ahead log; absent where there is none.',
  unit: 'bytes',
  source,
  labels: [],
});

const rereads = counter({
  name: exporterMetric.databaseRereads,
  help: 'Times that a table was read again: the file was replaced, its schema changed (a VACUUM does that too), its newest rows were gone (rewound), or rows that had been read were changed.',
  unit: 'rereads',
  source,
  labels: ['table', 'reason'],
});

const ready = gauge({
  name: exporterMetric.tableReady,
  help: 'Whether the table has been read whole: until then its series are absent; absent itself where there is no such table.',
  unit: 'boolean',
  source,
  labels: ['table'],
});

const rowsRead = counter({
  name: exporterMetric.tableRowsRead,
  help: 'Rows of the table that were read, those read again among them.',
  unit: 'rows',
  source,
  labels: ['table'],
});

const rowsFolded = counter({
  name: exporterMetric.tableRowsFolded,
  help: 'Rows that are counted under symbol other, since there are more pairs of symbol and interval than database.series_limit.',
  unit: 'rows',
  source,
  labels: ['table'],
});

const first = gauge({
  name: exporterMetric.tableFirst,
  help: 'Time of the table’s first row, the one with the smallest id: how far back it reaches.',
  unit: 'seconds',
  source,
  labels: ['table'],
});

const newest = gauge({
  name: exporterMetric.tableNewest,
  help: 'Time of the table’s newest row that is not older than what is read of it: of trade_outcomes when a trade was closed, of candles when one opened.',
  unit: 'seconds',
  source,
  labels: ['table'],
});

export const databaseMetrics = [
  ...[up, intact, checked, checkDuration, read, readDuration, size, walSize],
  ...[rereads, ready, rowsRead, rowsFolded, first, newest],
];

export function exportUp(context: CollectContext, isUp: boolean): void {
  context.set(up, {}, Number(isUp));
}

export function exportIntegrity(context: CollectContext, integrity: FileIntegrity | undefined): void {
  if (integrity?.intact === undefined) return;
  context.set(intact, {}, Number(integrity.intact));
  context.set(checked, {}, integrity.at);
  context.set(checkDuration, {}, integrity.duration);
}

export function exportLook(context: CollectContext, look: LookReport): void {
  context.set(read, {}, look.at);
  context.set(readDuration, {}, look.duration);
  context.set(size, {}, look.fileSize);
  context.set(walSize, {}, look.logSize);
}

/** Counts what was noted since the last time. */
export function countNotes(context: CollectContext, notes: Notes): void {
  for (const { reason, detail } of notes.flaws) context.error(reason, detail);
  for (const { table, reason } of notes.rereads) context.increment(rereads, { table, reason });
}

/** Rows that were read and folded, by table: they grow from look to look, and begin anew with the thread that reads. */
export class RowCounts {
  readonly #counted = new Map<TableName, { read: number; folded: number }>();

  export(context: CollectContext, { tables }: LookReport): void {
    for (const table of Object.keys(tables) as TableName[]) {
      const found = tables[table];
      if (found === undefined) continue;
      const known = this.#counted.get(table) ?? { read: 0, folded: 0 };
      context.set(ready, { table }, Number(found.isReady));
      context.set(first, { table }, found.first);
      context.set(newest, { table }, found.newest);
      context.increment(rowsRead, { table }, growth(known.read, found.rowsRead));
      context.increment(rowsFolded, { table }, growth(known.folded, found.rowsFolded));
      this.#counted.set(table, { read: found.rowsRead, folded: found.rowsFolded });
    }
  }
}

function growth(from: number, to: number): number {
  return to >= from ? to - from : to;
}
