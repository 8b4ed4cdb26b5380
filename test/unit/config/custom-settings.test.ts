import { describe, expect, it } from 'vitest';
import { customMetricHint } from '../../../src/config/custom-settings.js';
import { parseConfig } from '../../../src/config/load.js';

const query = 'SELECT 1 AS value';

const whole = (metric: object): object => ({ name: 'mybot_x', help: 'X.', sql: { query }, ...metric });
const parse = (...metrics: readonly object[]) => parseConfig({ custom: metrics }, 'the test').custom;
const parseSql = (sql: object) => parse(whole({ sql: { query, ...sql } }));
const parsePath = (path: string) => parse(whole({ sql: undefined, redis: { key: 'k', path } }));

it('a custom metric needs a name, what it means, and what is asked', () => {
  expect(parse(whole({}), { name: 'y', help: 'Y.', redis: { key: 'k' } })).toEqual([
    {
      ...{ name: 'mybot_x', help: 'X.', interval: 30, timeout: 5, series_limit: 100 },
      sql: { query, labels: [], database: '' },
    },
    {
      ...{ name: 'y', help: 'Y.', interval: 30, timeout: 5, series_limit: 100 },
      redis: { key: 'k', path: '$' },
    },
  ]);
});

it('there is none where none is configured', () => {
  expect(parseConfig({}, 'the test').custom).toEqual([]);
});

describe('what is refused', () => {
  it.each([
    ['9lives', 'begins with no digit'],
    ['my-bot', 'a metric name has letters, digits and _'],
    ['my:bot', 'a metric name has letters, digits and _'],
    ['', 'a metric name has letters'],
    ['redline_collector_success', 'names that begin with redline_ are taken'],
    ['quantum_equity', 'names that begin with quantum_ are taken'],
    ['host_load_average', 'names that begin with host_ are taken'],
    ['process_cpu_seconds_total', 'names that begin with process_ are taken'],
    ['nodejs_version_info', 'names that begin with nodejs_ are taken'],
    ['scrape_duration_seconds', 'names that begin with scrape_ are taken'],
    ['up', 'Prometheus has a series up of its own'],
  ])('the name %j', (name, message) => {
    expect(() => parse(whole({ name }))).toThrow('custom.0.name: ');
    expect(() => parse(whole({ name }))).toThrow(message);
  });

  it('a name that another has', () => {
    expect(() => parse(whole({}), whole({ name: 'y' }), whole({}))).toThrow(
      'custom.2.name: there is another custom metric mybot_x',
    );
  });

  it.each(['__name__', '__x', 'job', 'instance', 'a-b', '1st', ''])('the label %j', (label) => {
    expect(() => parseSql({ labels: [label] })).toThrow(/custom\.0\.sql\.labels\.0: .*rename the column/);
    expect(() => parseSql({ values: ['a'], value_label: label })).toThrow('custom.0.sql.value_label: ');
  });

  it.each([
    [{ labels: ['a', 'a'] }, 'names a label twice'],
    [{ labels: ['a'], values: ['x', 'y'], value_label: 'a' }, 'names a label twice'],
    [{ values: ['x', 'x'], value_label: 'a' }, 'names a column twice'],
    [{ values: ['x', 'y'] }, 'values and value_label go together'],
    [{ value_label: 'a' }, 'values and value_label go together'],
    [{ value: 'x', values: ['y'], value_label: 'a' }, 'has both value and values'],
    [{ query: '  ' }, 'custom.0.sql.query: is empty'],
    [{ quer: 'x' }, 'custom.0.sql.quer: unknown key. Did you mean "query"?'],
  ])('the query %j', (sql, message) => {
    expect(() => parseSql(sql)).toThrow(message);
  });

  it.each([
    [{ sql: undefined }, 'a custom metric has either sql or redis'],
    [{ redis: { key: 'k' } }, 'a custom metric has either sql or redis'],
    [{ help: ' ' }, 'custom.0.help: is empty; say what the value means'],
    [{ interval: '500ms' }, 'custom.0.interval: is too short; 1s at least'],
    [{ interval: '0s' }, 'custom.0.interval: "0s" is too short; it must be longer than 0'],
    [{ interval: '25h' }, 'custom.0.interval: "25h" is too long; 1d at most'],
    [{ timeout: '6m' }, 'custom.0.timeout: "6m" is too long; 5m at most'],
    [{ series_limit: 0 }, 'custom.0.series_limit'],
    [{ series_limit: 10_001 }, 'custom.0.series_limit'],
    [{ intervall: '1s' }, 'custom.0.intervall: unknown key. Did you mean "interval"?'],
  ])('the metric %j', (change, message) => {
    expect(() => parse(whole(change))).toThrow(message);
  });

  it.each([
    ['margin.ratio', 'custom.0.redis.path: "margin.ratio" is no JSONPath; write it like $.positions[0].size'],
    ['$.a[', 'is no JSONPath'],
    ['$.a[?(@.b > process.exit())]', 'is no JSONPath'],
    ['$[(@.length-1)]', 'is no JSONPath'],
    ["$.a[?match(@.b, '(x+)+y')]", 'uses match(), which is not taken'],
    ["$[?!(length(@.a) > 2 && search(@.b, 'x'))].c", 'uses search(), which is not taken'],
    ['', 'is no JSONPath'],
  ])('the path %j', (path, message) => {
    expect(() => parsePath(path)).toThrow(message);
  });
});

it.each(['$', '$.a.b', "$['a b'][-1]", "$.positions[?@.symbol == 'match(x)'].size", '$..total'])(
  'the path %s is taken',
  (path) => {
    expect(parsePath(path)[0]?.redis?.path).toBe(path);
  },
);

it('a gauge that is named like a counter works, and is pointed out', () => {
  const [counterLike, other] = parse(
    whole({ name: 'mybot_orders_total' }),
    whole({ name: 'mybot_total_orders' }),
  );
  expect(counterLike && customMetricHint(counterLike)).toMatch(/mybot_orders_total is a gauge, .* counter/);
  expect(other && customMetricHint(other)).toBeUndefined();
});
