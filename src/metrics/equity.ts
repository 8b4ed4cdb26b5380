import { exporterMetric } from '../names.js';
import { equityFields, readEquity, readEquityHistory } from '../readings/equity.js';
import { parseFields } from '../readings/fields.js';
import { hash, list, text, type HashValue, type TextValue } from '../sources/key-shapes.js';
import { RedisKey } from '../sources/redis-key.js';
import type { CollectorModule } from './collector.js';
import { stateReasons } from './kept-state.js';
import { ListChanges } from './list-changes.js';
import { gauge } from './metric.js';
import { collectKeys, keyPart, keyReasons } from './redis-keys.js';
import { inputTimestamp, redisKeyExists } from './shared-metrics.js';

const equity = gauge({
  name: exporterMetric.equity,
  help: 'Equity, in the account’s currency.',
  unit: 'currency',
  source: 'redis.keys.equity',
  labels: [],
});

const peak = gauge({
  name: exporterMetric.equityPeak,
  help: 'Highest equity, in the account’s currency; absent where it is not above 0.',
  unit: 'currency',
  source: 'redis.keys.equity',
  labels: [],
});

const drawdown = gauge({
  name: exporterMetric.equityDrawdown,
  help: 'How far the equity is below its peak, as a share of the peak; absent where the peak is not above 0.',
  unit: 'ratio',
  source: 'redis.keys.equity',
  labels: [],
});

const samples = gauge({
  name: exporterMetric.equitySamples,
  help: 'Samples among the newest 24 of the equity’s history that could be read.',
  unit: 'samples',
  source: 'redis.keys.equity_history',
  labels: [],
});

const stddev = gauge({
  name: exporterMetric.equityStddev,
  help: 'Population standard deviation of those samples as a share of their mean; absent below 2 samples or where the mean is not above 0.',
  unit: 'ratio',
  source: 'redis.keys.equity_history',
  labels: [],
});

/** Samples of the history that are judged: 12 hours of one each 30 minutes. */
const judgedSamples = 24;

/** The equity, how far it is below its peak, and how much it swings. */
export const equityCollector: CollectorModule = {
  name: 'equity',
  metrics: [equity, peak, drawdown, samples, stddev, redisKeyExists, inputTimestamp],
  reasons: [...keyReasons, ...stateReasons],
  create(environment) {
    const { equity: currentKey, equity_history: historyKey } = environment.config.redis.keys;
    const changes = new ListChanges('equity', environment);
    const current = keyPart(
      'equity',
      new RedisKey<TextValue | HashValue>(currentKey, text, hash(equityFields)),
      (value, context, flaws) => {
        const fields = value.type === 'hash' ? value.fields : parseFields(value.text, flaws);
        if (fields === undefined) return false;
        const reading = readEquity(fields, context.now, flaws);
        context.set(equity, {}, reading.equity);
        context.set(peak, {}, reading.peak);
        context.set(drawdown, {}, reading.drawdown);
        // Equity that no drawdown can be told of is not what the rows judge, however fresh it is.
        const timestamp = reading.drawdown === undefined ? undefined : reading.timestamp;
        context.set(inputTimestamp, { input: 'equity' }, timestamp);
        return reading.equity !== undefined || reading.peak !== undefined;
      },
    );
    const history = keyPart(
      'equity_history',
      new RedisKey(historyKey, list(judgedSamples)),
      (value, context, flaws) => {
        const reading = readEquityHistory(value.entries, context.now, flaws);
        context.set(samples, {}, reading.samples);
        context.set(stddev, {}, reading.stddevRatio);
        const firstSeen = changes.note('equity_history', historyKey, value, context.now);
        const timestamp = reading.isDated || reading.samples === 0 ? reading.timestamp : firstSeen;
        context.set(inputTimestamp, { input: 'equity_history' }, timestamp);
        return reading.samples > 0;
      },
      { type: 'list', length: 0, entries: [] },
    );
    return {
      async collect(context) {
        await changes.load(context);
        try {
          await collectKeys(context, environment.redis, [current, history]);
        } finally {
          await changes.save(context);
        }
      },
      async close() {
        // The connection is not this collector's alone.
      },
    };
  },
};
