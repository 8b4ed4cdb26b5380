import { exporterMetric } from '../names.js';
import { parseFields } from '../readings/fields.js';
import { readGuards, readOverrides } from '../readings/risk.js';
import { text } from '../sources/key-shapes.js';
import { RedisKey } from '../sources/redis-key.js';
import type { CollectorModule } from './collector.js';
import { gauge } from './metric.js';
import { collectKeys, keyPart, keyReasons } from './redis-keys.js';
import { inputTimestamp, redisKeyExists } from './shared-metrics.js';

const overrides = gauge({
  name: exporterMetric.metaOverrides,
  help: 'How often the meta agent overrode a decision, as the trading system counts it; may begin at 0 again.',
  unit: 'overrides',
  source: 'redis.keys.override_count',
  labels: [],
});

const guards = gauge({
  name: exporterMetric.riskGuardsTriggered,
  help: 'Risk guards that are triggered.',
  unit: 'guards',
  source: 'redis.keys.active_guards',
  labels: [],
});

/** What holds the engine back: overrides of the meta agent, and risk guards. */
export const riskCollector: CollectorModule = {
  name: 'risk',
  metrics: [overrides, guards, redisKeyExists, inputTimestamp],
  reasons: keyReasons,
  create({ config, redis }) {
    const { override_count: overridesKey, active_guards: guardsKey } = config.redis.keys;
    const overrideCount = keyPart(
      'override_count',
      new RedisKey(overridesKey, text),
      (value, context, flaws) => {
        const count = readOverrides(value.text, flaws);
        if (count === undefined) return false;
        context.set(overrides, {}, count);
        context.set(inputTimestamp, { input: 'meta_overrides' }, context.now);
        return true;
      },
    );
    const activeGuards = keyPart('active_guards', new RedisKey(guardsKey, text), (value, context, flaws) => {
      const fields = parseFields(value.text, flaws);
      const triggered = fields === undefined ? undefined : readGuards(fields, flaws);
      if (triggered === undefined) return false;
      context.set(guards, {}, triggered);
      context.set(inputTimestamp, { input: 'risk_guards' }, context.now);
      return true;
    });
    return {
      collect: (context) => collectKeys(context, redis, [overrideCount, activeGuards]),
      async close() {
        // The connection is not this collector's alone.
      },
    };
  },
};
