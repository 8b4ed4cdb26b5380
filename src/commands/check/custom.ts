import { customMetricHint, type CustomMetricSettings } from '../../config/custom-settings.js';
import type { Config } from '../../config/schema.js';
import { reasonOf, type ErrorReason } from '../../metrics/collector.js';
import { customQuery, type CustomSources } from '../../metrics/custom-query.js';
import { errorMessage, UserError } from '../../platform/errors.js';
import { createLogger } from '../../platform/log.js';
import type { CustomReading, CustomSeries } from '../../readings/custom-series.js';
import type { CheckLine } from '../../reports/check-lines.js';
import { RedisSource } from '../../sources/redis.js';
import { SqlProcess } from '../../sources/sql-process.js';

/** Series that are shown of each. */
const shownSeries = 3;

/** Runs every custom metric once: what does it yield? */
export async function checkCustomMetrics(config: Config): Promise<CheckLine[]> {
  if (config.custom.length === 0) return [];
  let redis: RedisSource;
  try {
    redis = new RedisSource(config.redis, createLogger('check', 'silent'));
  } catch (error) {
    // Said where Redis itself is looked at.
    if (error instanceof UserError) return [];
    throw error;
  }
  const sql = new SqlProcess();
  const sources = { sql, redis, database: config.database };
  try {
    const lines = await Promise.all(config.custom.map((settings) => linesOf(settings, sources)));
    return lines.flat();
  } finally {
    await Promise.all([sql.close(), redis.close()]);
  }
}

async function linesOf(settings: CustomMetricSettings, sources: CustomSources): Promise<CheckLine[]> {
  const what = `custom metric ${settings.name}`;
  const hint = customMetricHint(settings);
  const hints: CheckLine[] =
    hint === undefined ? [] : [{ what, level: 'warn', detail: hint, todo: 'Name it without _total.' }];
  try {
    const reading = await customQuery(settings, sources).run(new AbortController().signal);
    return [yieldLine(what, settings, reading), ...flawLines(what, settings, reading), ...hints];
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    return [{ what, level: 'fail', detail: errorMessage(error), ...todoOf(reason, settings) }, ...hints];
  }
}

function yieldLine(what: string, { name }: CustomMetricSettings, { series }: CustomReading): CheckLine {
  if (series.length === 0) return { what, level: 'ok', detail: 'no series at the moment' };
  const shown = series.slice(0, shownSeries).map((one) => describe(name, one));
  const rest = series.length - shown.length;
  const more = rest > 0 ? `; and ${rest} more` : '';
  return { what, level: 'ok', detail: `${shown.join('; ')}${more}` };
}

function describe(name: string, { labels, value }: CustomSeries): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(', ')}}`} ${value}`;
}

function flawLines(
  what: string,
  { series_limit: limit }: CustomMetricSettings,
  { flaws, isCut }: CustomReading,
): CheckLine[] {
  const lines: CheckLine[] = [];
  const [first, ...others] = flaws;
  if (first !== undefined) {
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    const todo = 'Such series are left out and counted: correct the query (GROUP BY, coalesce, WHERE).';
    lines.push({ what, level: 'warn', detail: `${first.detail}${more}`, todo });
  }
  if (isCut) {
    const todo = 'Further ones are left out: group by less, order by what counts, or raise series_limit.';
    lines.push({ what, level: 'warn', detail: `more series than series_limit, ${limit}`, todo });
  }
  return lines;
}

/** What a person can do about it. */
function todoOf(reason: ErrorReason, { sql, timeout }: CustomMetricSettings): { readonly todo?: string } {
  const todo = sql === undefined ? redisTodos[reason] : sqlTodos(timeout)[reason];
  return todo === undefined ? {} : { todo };
}

const redisTodos: Readonly<Partial<Record<ErrorReason, string>>> = {
  unreachable: 'Start Redis, or correct redis.url.',
  refused: 'Let the user of redis.username read the key (TYPE, GETRANGE, HMGET).',
  wrong_type: 'Name a key that is a string, or a hash with a path that begins with a field: $.field.',
  missing_field: 'Correct key and path, or see that it is written.',
  invalid_value:
    'Let the path select one number: a filter such as $.positions[?@.symbol == "BTC"].size does.',
  malformed_json: 'Name a key that holds JSON.',
};

function sqlTodos(timeout: number): Readonly<Partial<Record<ErrorReason, string>>> {
  return {
    timeout: `Make the query cheaper (an index, a shorter span of time), or raise its timeout of ${timeout}s.`,
    unreadable: 'Correct sql.database or database.path, and let this user read the file.',
    locked: 'A program holds the file locked: let it write in shorter transactions, or use WAL mode.',
    refused: 'Write one statement that only reads.',
    query_failed: 'Correct the query: it can be tried with sqlite3 -readonly.',
    missing_field: 'Name the columns of the query in value, values and labels (... AS value).',
    oversized: 'Select and sort less.',
  };
}
