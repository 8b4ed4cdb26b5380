import { parseJsonObject } from '../readings/json-object.js';
import { TextFile } from '../sources/text-file.js';
import { collectEach } from './collect-each.js';
import type { CollectorModule } from './collector.js';
import { exists, modified, valid } from './shared-metrics.js';
import { collectTextFile } from './text-files.js';

/** The configuration of a calibration, and the backup that a rollback restores. */
export const calibrationFilesCollector: CollectorModule = {
  name: 'calibration_files',
  metrics: [exists, valid, modified],
  reasons: ['unreadable'],
  create({ config }) {
    const files = [
      { file: 'calibration_backup', content: new TextFile(config.files.calibration_backup) },
      { file: 'calibration_config', content: new TextFile(config.files.calibration_config) },
    ];
    return {
      collect: (context) =>
        collectEach(
          context,
          files.map(({ file, content }) => async () => {
            await collectTextFile(context, file, content, parseJsonObject);
          }),
        ),
      async close() {
        // Nothing is kept open.
      },
    };
  },
};
