import type { Config } from '../config/schema.js';
import type {
  CustomMetricSettings,
  CustomRedisSettings,
  CustomSqlSettings,
} from '../config/custom-settings.js';
import { parseJsonPath } from '../config/json-path.js';
import { seriesOfRows, type CustomReading, type RowShape } from '../readings/custom-series.js';
import { numberAt } from '../readings/json-number.js';
import { parseLenientJson } from '../readings/lenient-json.js';
import { hash, text, type HashValue, type TextValue } from '../sources/key-shapes.js';
import type { RedisSource } from '../sources/redis.js';
import { readKeys, RedisKey } from '../sources/redis-key.js';
import type { SqlProcess } from '../sources/sql-process.js';
import { CollectorError } from './collector.js';

/** What custom metrics are read from. */
export interface CustomSources {
  readonly sql: SqlProcess;
  readonly redis: RedisSource;
  readonly database: Config['database'];
}

/** A custom metric's question. */
export interface CustomQuery {
  /** all labels of its series */
  readonly labels: readonly string[];
  /**
   * Asks once.
   * @param signal ends the waiting before the time limit does
   * @throws CollectorError, SourceError where there is no answer, or none that can be used
   */
  readonly run: (signal: AbortSignal) => Promise<CustomReading>;
}

/** The question of a custom metric, to be asked again and again. */
export function customQuery(settings: CustomMetricSettings, sources: CustomSources): CustomQuery {
  const { sql, redis } = settings;
  if (sql !== undefined) return sqlQuery(sql, settings, sources);
  if (redis !== undefined) return redisQuery(redis, settings, sources);
  throw new CollectorError('internal', `${settings.name} asks nothing`);
}

function sqlQuery(
  sql: CustomSqlSettings,
  { timeout, series_limit: limit }: CustomMetricSettings,
  { sql: process, database }: CustomSources,
): CustomQuery {
  const shape: RowShape = {
    labels: sql.labels,
    values: sql.values ?? [sql.value ?? 'value'],
    valueLabel: sql.value_label,
  };
  const request = {
    path: sql.database,
    query: sql.query,
    columns: [...shape.labels, ...shape.values],
    rowLimit: limit,
    busyTimeoutSeconds: Math.min(database.busy_timeout, timeout),
  };
  return {
    labels: [...shape.labels, ...(shape.valueLabel === undefined ? [] : [shape.valueLabel])],
    run: async () => {
      const { rows, more } = await process.query(request, timeout);
      const reading = seriesOfRows(rows, shape, limit);
      return { ...reading, isCut: reading.isCut || more };
    },
  };
}

function redisQuery(
  { key: name, path }: CustomRedisSettings,
  { timeout }: CustomMetricSettings,
  { redis }: CustomSources,
): CustomQuery {
  const { member } = parseJsonPath(path);
  const key =
    member === undefined
      ? new RedisKey<TextValue | HashValue>(name, text)
      : new RedisKey<TextValue | HashValue>(name, text, hash([member]));
  return {
    labels: [],
    run: async (signal) => {
      await readKeys(redis, [key], AbortSignal.any([signal, AbortSignal.timeout(timeout * 1000)]));
      const value = key.value();
      if (value === undefined) throw new CollectorError('missing_field', `Redis has no key ${name}`);
      const found = numberAt(documentOf(name, value), path);
      if (found.reason !== undefined) throw new CollectorError(found.reason, `${name}: ${found.detail}`);
      return { series: [{ labels: {}, value: found.value }], flaws: [], isCut: false };
    },
  };
}

/** @throws CollectorError where a text is no JSON */
function documentOf(name: string, value: TextValue | HashValue): unknown {
  if (value.type === 'hash') return Object.fromEntries(Object.entries(value.fields).map(fieldOf));
  const document = parseLenientJson(value.text);
  if (document === undefined)
    throw new CollectorError('malformed_json', `${name} holds no JSON: ${value.text.slice(0, 60)}`);
  return document;
}

/** Most fields hold plain text or a number; one may hold JSON. */
function fieldOf([field, content]: [string, string]): [string, unknown] {
  return [field, parseLenientJson(content) ?? content];
}
