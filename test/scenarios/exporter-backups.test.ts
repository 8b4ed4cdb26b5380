import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startExporter } from '../support/exporter.js';

it('shows how many copies of the trade tables there are, and the newest', async () => {
  const exporter = await startExporter(() => ({ database: { enabled: true } }));
  const nothing = await exporter.scrape();
  expect(nothing.named('quantum_backup')).toEqual({ quantum_backups: 0 });
  expect(nothing.value('redline_collector_success{collector="backups"}')).toBe(1);

  const folder = join(exporter.folder, 'backups');
  mkdirSync(folder);
  for (const [name, size, time] of [
    ['trading_20261128.db', 10, 1_795_800_000],
    ['trading_20261127T173000Z.db', 20, 1_795_900_000],
    ['trading_20261129.db.gz', 30, 1_795_990_000],
    ['other_20261129.db', 30, 1_795_990_000],
  ] as const) {
    writeFileSync(join(folder, name), Buffer.alloc(size));
    utimesSync(join(folder, name), time, time);
  }
  symlinkSync(join(folder, 'other_20261129.db'), join(folder, 'trading_20261126.db'));
  expect((await exporter.scrape()).named('quantum_backup')).toEqual({
    quantum_backups: 2,
    quantum_backup_timestamp_seconds: 1_795_900_000,
    quantum_backup_size_bytes: 20,
  });
});

it('leaves the copies out where there is no database', async () => {
  const exporter = await startExporter(() => ({}));
  expect((await exporter.scrape()).named('quantum_backup')).toEqual({});
});
