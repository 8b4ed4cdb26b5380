import { exporterMetric } from '../names.js';
import { readEngineHealth } from '../readings/engine-health.js';
import { parseFields } from '../readings/fields.js';
import { list, text } from '../sources/key-shapes.js';
import { RedisKey } from '../sources/redis-key.js';
import type { CollectorModule } from './collector.js';
import { stateReasons } from './kept-state.js';
import { counter, gauge } from './metric.js';
import { errorPatterns, RecentErrors } from './recent-errors.js';
import { collectKeys, keyPart, keyReasons } from './redis-keys.js';
import { collectionLength, inputTimestamp, redisKeyExists } from './shared-metrics.js';

const healthy = gauge({
  name: exporterMetric.engineHealthy,
  help: 'Whether the engine says of itself that it is healthy; absent where it says nothing.',
  unit: 'boolean',
  source: 'redis.keys.engine_health',
  labels: [],
});

const health = gauge({
  name: exporterMetric.engineHealth,
  help: 'Always 1; the label is what the engine says of itself.',
  unit: 'info',
  source: 'redis.keys.engine_health',
  labels: ['status'],
});

const errors = counter({
  name: exporterMetric.recentErrors,
  help: 'Entries that were pushed to the list of recent errors since it was first read, also before a restart of the exporter: any, and those that name the calibration.',
  unit: 'entries',
  source: 'redis.keys.recent_errors',
  labels: ['pattern'],
});

const errorTimestamp = gauge({
  name: exporterMetric.recentErrorTimestamp,
  help: 'When the newest of those entries was first seen, Unix seconds; absent while there is none.',
  unit: 'seconds',
  source: 'redis.keys.recent_errors',
  labels: ['pattern'],
});

/** Entries of the list that are looked at. */
const readErrors = 200;

/** What the engine says of itself, and the errors that it lists. */
export const engineHealthCollector: CollectorModule = {
  name: 'engine_health',
  metrics: [healthy, health, errors, errorTimestamp, collectionLength, redisKeyExists, inputTimestamp],
  reasons: [...keyReasons, ...stateReasons],
  create(environment) {
    const { engine_health: healthKey, recent_errors: errorsKey } = environment.config.redis.keys;
    const recent = new RecentErrors('engine_health', errorsKey, environment);
    const own = keyPart('engine_health', new RedisKey(healthKey, text), (value, context, flaws) => {
      const fields = parseFields(value.text, flaws);
      const reading = fields === undefined ? undefined : readEngineHealth(fields, flaws);
      if (reading === undefined) return false;
      context.set(healthy, {}, Number(reading.healthy));
      context.set(health, { status: reading.status }, 1);
      return true;
    });
    const listed = keyPart(
      'recent_errors',
      new RedisKey(errorsKey, list(readErrors)),
      (value, context) => {
        recent.note(value, context.now);
        context.set(collectionLength, { collection: 'recent_errors' }, value.length);
        context.set(inputTimestamp, { input: 'recent_errors' }, context.now);
        return true;
      },
      { type: 'list', length: 0, entries: [] },
    );
    return {
      async collect(context) {
        await recent.load(context);
        try {
          await collectKeys(context, environment.redis, [own, listed]);
        } finally {
          await recent.save(context);
          // Also without Redis: a count does not go away.
          for (const pattern of errorPatterns) {
            context.set(errors, { pattern }, recent.countOf(pattern));
            context.set(errorTimestamp, { pattern }, recent.newestOf(pattern));
          }
        }
      },
      async close() {
        // The connection is not this collector's alone.
      },
    };
  },
};
