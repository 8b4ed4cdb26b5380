import {
  exitRatios,
  parseClosedTrade,
  readOutcomes,
  type ClosedTrade,
  type ParsedTrade,
} from '../readings/closed-trades.js';
import { pastTime } from '../readings/fields.js';
import type { Flaws } from '../readings/flaws.js';
import type { ListView } from '../readings/list-position.js';
import { ParsedEntries } from '../readings/parsed-entries.js';
import { fieldOf } from '../readings/trade-intent.js';
import { list, stream, type ListValue, type StreamValue } from '../sources/key-shapes.js';
import { RedisKey } from '../sources/redis-key.js';
import { beforeFirst, millisecondsOf } from '../sources/stream.js';
import * as metrics from './closed-trade-metrics.js';
import type { CollectContext, CollectorModule } from './collector.js';
import { stateReasons } from './kept-state.js';
import { ListChanges } from './list-changes.js';
import { collectKeys, keyPart, keyReasons } from './redis-keys.js';
import { collectionChanged, collectionLength, inputTimestamp, redisKeyExists } from './shared-metrics.js';

/** Closed trades that are judged: the exit reasons of the newest 100, the outcomes of the newest 200. */
const judgedTrades = 200;
const judgedExits = 100;
/** Entries by which it is seen that a collection took a new one. */
const watchedEntries = 20;

const emptyList: ListValue = { type: 'list', length: 0, entries: [] };

/** The trades that were closed, and whether the collections that the models learn from still grow. */
export const closedTradesCollector: CollectorModule = {
  name: 'closed_trades',
  metrics: [
    ...metrics.closedTradeMetrics,
    collectionLength,
    collectionChanged,
    redisKeyExists,
    inputTimestamp,
  ],
  reasons: [...keyReasons, ...stateReasons],
  create(environment) {
    const { trade_closed: closedKey, trade_metrics: metricsKey } = environment.config.redis.keys;
    const changes = new ListChanges('closed_trades', environment);
    const parsed = new ParsedEntries(parseClosedTrade);

    const closed = keyPart<ListValue | StreamValue>(
      'trade_closed',
      new RedisKey<ListValue | StreamValue>(closedKey, list(judgedTrades), stream(judgedTrades)),
      (value, context, flaws) => {
        setCollection(context, 'trade_closed', closedKey, value, changes, flaws);
        const entries = parsed.read(payloadsOf(value, flaws));
        setTrades(context, entries, flaws);
        const isUsable = entries.some(({ trade }) => trade !== undefined);
        if (isUsable || value.length === 0) {
          context.set(inputTimestamp, { input: 'trade_closed' }, context.now);
        }
        return isUsable;
      },
      emptyList,
    );
    const growth = keyPart<ListValue | StreamValue>(
      'trade_metrics',
      new RedisKey<ListValue | StreamValue>(metricsKey, list(watchedEntries), stream(1)),
      (value, context, flaws) => {
        setCollection(context, 'trade_metrics', metricsKey, value, changes, flaws);
        context.set(inputTimestamp, { input: 'trade_metrics' }, context.now);
        return true;
      },
      emptyList,
    );
    return {
      async collect(context) {
        await changes.load(context);
        try {
          await collectKeys(context, environment.redis, [closed, growth]);
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

/**
 * Length, and when the newest entry came: of a stream by its last id, of a list when it was first seen. One that never
 * had an entry is one that has taken none since the first look at it.
 */
function setCollection(
  context: CollectContext,
  collection: string,
  key: string,
  value: ListValue | StreamValue,
  changes: ListChanges,
  flaws: Flaws,
): void {
  context.set(collectionLength, { collection }, value.length);
  const last = value.type === 'stream' && value.lastId !== beforeFirst ? value.lastId : undefined;
  const changed =
    last === undefined
      ? changes.note(collection, key, value.type === 'list' ? headOf(value) : emptyList, context.now)
      : pastTime(millisecondsOf(last) / 1000, context.now, flaws);
  context.set(collectionChanged, { collection }, changed);
}

/** As much of a list as tells whether it took a new entry; of a short one all, so that its length is exact. */
function headOf({ length, entries }: ListValue): ListView {
  return { length, entries: entries.slice(0, watchedEntries) };
}

/** The JSON of each entry. */
function payloadsOf(value: ListValue | StreamValue, flaws: Flaws): readonly string[] {
  if (value.type === 'list') return value.entries;
  return value.entries.flatMap(({ id, fields }) => {
    const payload = fieldOf(fields, 'payload');
    if (payload === undefined) flaws.note('missing_field', `payload of entry ${id}`);
    return payload ?? [];
  });
}

function setTrades(context: CollectContext, entries: readonly ParsedTrade[], flaws: Flaws): void {
  entries.forEach((entry, index) => {
    for (const reason of entry.flaws) flaws.note(reason, `trade ${index + 1} of the newest`);
  });
  setExits(context, usable(entries.slice(0, judgedExits)));
  setOutcomes(context, usable(entries));
}

function usable(entries: readonly ParsedTrade[]): readonly ClosedTrade[] {
  return entries.map(({ trade }) => trade).filter((trade) => trade !== undefined);
}

function setExits(context: CollectContext, closed: readonly ClosedTrade[]): void {
  const window = 'last_100';
  context.set(metrics.trades, { window }, closed.length);
  for (const [reason, ratio] of exitRatios(closed)) context.set(metrics.exitRatio, { window, reason }, ratio);
}

function setOutcomes(context: CollectContext, closed: readonly ClosedTrade[]): void {
  const window = 'last_200';
  const reading = readOutcomes(closed);
  context.set(metrics.trades, { window }, closed.length);
  context.set(metrics.withOutcome, { window }, reading.withOutcome);
  context.set(metrics.entryConfidenceMean, { window }, reading.entryConfidenceMean);
  context.set(metrics.winRatio, { window }, reading.winRatio);
  context.set(metrics.pnlMean, { window }, reading.pnlMean);
}
