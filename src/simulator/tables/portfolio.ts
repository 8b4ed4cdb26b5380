import type { Row } from './schema.js';
import { beats, lastOf, type Span } from './span.js';
import type { TableWriter } from './writer.js';

/** USD that the trading system began with. */
export const initialCapital = 100_000;
/** Seconds between two snapshots: of the last hour, and of all that is older. */
const snapshotEvery = 10;
const oldSnapshotEvery = 900;
const recentSeconds = 3600;

/** Rows of `portfolio_snapshots`: what was begun with, and what the closed trades have brought since. */
export function snapshotRows(writer: TableWriter, span: Span): Row[] {
  const recent = lastOf(span, recentSeconds);
  const times = [
    ...beats({ since: span.since, until: recent.since }, oldSnapshotEvery),
    ...beats(recent, snapshotEvery),
  ];
  const [first] = times;
  if (first === undefined) return [];
  const results = writer.resultsSince(span.since);
  let pnl = writer.resultUntil(span.since);
  let next = 0;
  return times.map((timestamp) => {
    for (let result = results[next]; result !== undefined && result.at <= timestamp; result = results[next]) {
      pnl += result.pnl;
      next += 1;
    }
    return snapshotRow(timestamp, pnl);
  });
}

/** @param pnl USD */
export function snapshotRow(timestamp: number, pnl: number): Row {
  const rounded = Math.round(pnl * 100) / 100;
  return { timestamp, total_value: initialCapital + rounded, pnl: rounded };
}
