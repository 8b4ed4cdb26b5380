import { renameSync, rmSync } from 'node:fs';
import type { WriteRows } from './playbook-tables.js';
import { TradeWriter } from './trade-writer.js';

/** Puts another database in the place of the one that is there. @param now whole Unix seconds */
export function replaceDatabase(path: string, cases: readonly WriteRows[], now: number): void {
  const next = `${path}.next`;
  const writer = new TradeWriter(next);
  writer.database.transaction(() => {
    for (const write of cases) write(writer, now);
  })();
  writer.close();
  removeDatabase(path);
  renameSync(next, path);
}

export function removeDatabase(path: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
}
