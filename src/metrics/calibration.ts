import { exporterMetric } from '../names.js';
import { readCalibrationStatus, readRollbackMark } from '../readings/calibration.js';
import { parseFields } from '../readings/fields.js';
import { text } from '../sources/key-shapes.js';
import { RedisKey } from '../sources/redis-key.js';
import type { CollectorModule } from './collector.js';
import { gauge } from './metric.js';
import { collectKeys, keyPart, keyReasons } from './redis-keys.js';
import { inputTimestamp, redisKeyExists } from './shared-metrics.js';

const loaded = gauge({
  name: exporterMetric.calibrationLoaded,
  help: 'Whether the engine says that its calibration is loaded; absent where it says nothing.',
  unit: 'boolean',
  source: 'redis.keys.calibration_status',
  labels: [],
});

const loadCount = gauge({
  name: exporterMetric.calibrationLoadCount,
  help: 'How often the engine has loaded its calibration.',
  unit: 'loads',
  source: 'redis.keys.calibration_status',
  labels: [],
});

const rolledBack = gauge({
  name: exporterMetric.calibrationRollback,
  help: 'When the calibration was last rolled back, Unix seconds, by the mark of the rollback script; absent without one.',
  unit: 'seconds',
  source: 'redis.keys.calibration_rollback',
  labels: [],
});

/** What the engine says of its calibration, and the mark of the last rollback. */
export const calibrationCollector: CollectorModule = {
  name: 'calibration',
  metrics: [loaded, loadCount, rolledBack, redisKeyExists, inputTimestamp],
  reasons: keyReasons,
  create({ config, redis }) {
    const { calibration_status: statusKey, calibration_rollback: rollbackKey } = config.redis.keys;
    const status = keyPart('calibration_status', new RedisKey(statusKey, text), (value, context, flaws) => {
      const fields = parseFields(value.text, flaws);
      if (fields === undefined) return false;
      const reading = readCalibrationStatus(fields, flaws);
      context.set(loaded, {}, reading.loaded === undefined ? undefined : Number(reading.loaded));
      context.set(loadCount, {}, reading.loadCount);
      // Both are judged.
      const isWhole = reading.loaded !== undefined && reading.loadCount !== undefined;
      context.set(inputTimestamp, { input: 'calibration_status' }, isWhole ? context.now : undefined);
      return reading.loaded !== undefined || reading.loadCount !== undefined;
    });
    const mark = keyPart('calibration_rollback', new RedisKey(rollbackKey, text), (value, context, flaws) => {
      const fields = parseFields(value.text, flaws);
      const time = fields === undefined ? undefined : readRollbackMark(fields, context.now, flaws);
      context.set(rolledBack, {}, time);
      return time !== undefined;
    });
    return {
      collect: (context) => collectKeys(context, redis, [status, mark]),
      async close() {
        // The connection is not this collector's alone.
      },
    };
  },
};
