import { exporterMetric } from '../names.js';
import { backupStem, backupTime } from '../readings/backup-name.js';
import { listFolder } from '../sources/backup-folder.js';
import type { CollectorModule } from './collector.js';
import { gauge } from './metric.js';

const source = 'database.backup_directory';
const labels = [] as const;

const backups = gauge({
  name: exporterMetric.backups,
  help: 'Copies of the trade tables: files named after the database and a day, as trading_20261129.db, also with a time of day as trading_20261129T173000Z.db; 0 where there is no such folder.',
  unit: 'files',
  source,
  labels,
});

const newestTimestamp = gauge({
  name: exporterMetric.backupTimestamp,
  help: 'When the newest of them was written, by its time of modification; absent without one.',
  unit: 'seconds',
  source,
  labels,
});

const newestSize = gauge({
  name: exporterMetric.backupSize,
  help: 'Size of the newest of them; absent without one.',
  unit: 'bytes',
  source,
  labels,
});

/** The copies of the trade tables that `redline backup`, or an operator's cp, has made. */
export const backupsCollector: CollectorModule = {
  name: 'backups',
  metrics: [backups, newestTimestamp, newestSize],
  reasons: ['unreadable', 'oversized'],
  create({ config: { database } }) {
    const folder = database.backup_directory;
    if (!database.enabled || folder === '') return undefined;
    const stem = backupStem(database.path);
    return {
      async collect(context) {
        const { files, isCut } = await listFolder(folder, (name) => backupTime(name, stem) !== undefined);
        context.trace('folder', () => ({ folder, files, isCut }));
        if (isCut) context.error('oversized', `${folder} has more entries than are looked at`);
        context.set(backups, {}, files.length);
        const newest = files.reduce<(typeof files)[number] | undefined>(
          (best, file) => (best === undefined || file.modified > best.modified ? file : best),
          undefined,
        );
        context.set(newestTimestamp, {}, newest?.modified);
        context.set(newestSize, {}, newest?.size);
      },
      async close() {
        // Nothing is kept open.
      },
    };
  },
};
