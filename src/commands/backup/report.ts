import { formatDuration } from '../../platform/duration.js';
import type { CopyMethod } from './copy.js';

/** What would be done. The names are those of the JSON. */
export interface BackupPlan {
  readonly source: string;
  readonly backup: string;
  /** whether there is one of today */
  readonly replaces: boolean;
  readonly needed_bytes: number;
  readonly free_bytes: number;
  /** names of the copies that are too old */
  readonly removes: readonly string[];
}

/** What was done. The names are those of the JSON. */
export interface BackupDone {
  readonly source: string;
  readonly backup: string;
  readonly method: CopyMethod;
  readonly bytes: number;
  readonly seconds: number;
  readonly replaced: boolean;
  readonly rows: Readonly<Record<string, number>>;
  readonly removed: readonly string[];
  readonly not_removed: readonly string[];
}

export function describePlan(plan: BackupPlan): string {
  const target = plan.replaces ? ', in place of the one that is there' : '';
  const lines = [
    `Would copy ${plan.source} to ${plan.backup}${target}.`,
    `Needs ${size(plan.needed_bytes)}; free: ${size(plan.free_bytes)}.`,
  ];
  if (plan.removes.length > 0) lines.push(`Would remove: ${plan.removes.join(', ')}`);
  return lines.join('\n');
}

export function describeDone(done: BackupDone): string {
  const counts = Object.values(done.rows);
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const replaced = done.replaced ? ', in place of the one that was there' : '';
  const lines = [
    `Copied ${done.source} to ${done.backup}${replaced}: ${size(done.bytes)} in ${formatDuration(done.seconds)}.`,
    `The copy is whole: ${counts.length} tables, ${rows} rows.`,
  ];
  if (done.removed.length > 0) lines.push(`Removed as too old: ${done.removed.join(', ')}`);
  return lines.join('\n');
}

/** Bytes for people: `12.3 MB`. */
function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power] ?? ''}`;
}
