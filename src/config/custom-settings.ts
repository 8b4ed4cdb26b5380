import { z } from 'zod';
import { errorMessage } from '../platform/errors.js';
import { parseJsonPath } from './json-path.js';
import { duration, path } from './setting.js';

/** Beginnings of the names of Redline, of the programs that it is made of, and of what Prometheus adds to a scrape. */
const takenBeginnings = ['redline_', 'quantum_', 'host_', 'process_', 'nodejs_', 'scrape_'];
/** Series that Prometheus writes itself. */
const takenNames = ['up', 'ALERTS', 'ALERTS_FOR_STATE'];
/** Labels that Prometheus gives to every series of a target. */
const takenLabels = ['job', 'instance'];

const name = z
  .string()
  .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'a metric name has letters, digits and _, and begins with no digit')
  .superRefine((text, context) => {
    const beginning = takenBeginnings.find((taken) => text.startsWith(taken));
    if (beginning !== undefined)
      context.addIssue(`names that begin with ${beginning} are taken; name it like mybot_${text}`);
    if (takenNames.includes(text))
      context.addIssue(`Prometheus has a series ${text} of its own; name it like mybot_${text}`);
  });

const label = z
  .string()
  .regex(
    /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/,
    'a label has letters, digits and _, and begins with neither a digit nor __; rename the column in the query (... AS symbol)',
  )
  .refine(
    (text) => !takenLabels.includes(text),
    'Prometheus sets this label itself; rename the column in the query (... AS symbol)',
  );

const column = z.string().min(1, 'names no column');

const areDistinct = (names: readonly string[]): boolean => new Set(names).size === names.length;

const sql = z
  .strictObject({
    /** one SELECT, WITH or VALUES */
    query: z.string().trim().min(1, 'is empty'),
    /** the column of the values; left out: `value` */
    value: column.optional(),
    /** several columns of values instead, each a series of its own, told apart by value_label */
    values: z.array(column).min(1).refine(areDistinct, 'names a column twice').optional(),
    /** the label that names the column; with values alone */
    value_label: label.optional(),
    /** columns that become labels of the same name */
    labels: z.array(label).default([]),
    /** below files.root; empty: database.path */
    database: path(''),
  })
  .superRefine(({ value, values, value_label, labels }, context) => {
    if (value !== undefined && values !== undefined)
      context.addIssue('has both value and values; one column is value, several are values');
    if ((values === undefined) !== (value_label === undefined))
      context.addIssue('values and value_label go together: the label tells the columns apart');
    if (!areDistinct([...labels, ...(value_label === undefined ? [] : [value_label])]))
      context.addIssue('names a label twice');
  });

const jsonPath = z
  .string()
  .default('$')
  .superRefine((text, context) => {
    try {
      parseJsonPath(text);
    } catch (error) {
      context.addIssue(errorMessage(error));
    }
  });

const redis = z.strictObject({
  /** a string that holds JSON, or a hash */
  key: z.string().min(1, 'names no key'),
  /** JSONPath (RFC 9535) that selects one value; a hash is read as an object of its fields */
  path: jsonPath,
});

const metric = z
  .strictObject({
    name,
    help: z.string().trim().min(1, 'is empty; say what the value means'),
    sql: sql.optional(),
    redis: redis.optional(),
    /** from the start of one run to the start of the next */
    interval: duration('30s', {
      positive: true,
      longest: { text: '1d', seconds: 86_400, why: 'an older value tells little' },
    }).refine((seconds) => seconds === 0 || seconds >= 1, 'is too short; 1s at least'),
    /** how long one run may take; a query that takes longer is killed */
    timeout: duration('5s', {
      positive: true,
      longest: { text: '5m', seconds: 300, why: 'the other queries wait for it' },
    }),
    /** most series that are exported */
    series_limit: z.number().int().min(1).max(10_000).default(100),
  })
  .refine(
    (one) => (one.sql === undefined) !== (one.redis === undefined),
    'a custom metric has either sql or redis',
  );

/** `custom` of the configuration: gauges that need no code. */
export const custom = z
  .array(metric)
  .superRefine((metrics, context) => {
    const names = metrics.map((one) => one.name);
    names.forEach((one, index) => {
      if (names.indexOf(one) < index)
        context.addIssue({
          code: 'custom',
          path: [index, 'name'],
          message: `there is another custom metric ${one}`,
        });
    });
  })
  .default([]);

export type CustomMetricSettings = z.output<typeof metric>;
export type CustomSqlSettings = z.output<typeof sql>;
export type CustomRedisSettings = z.output<typeof redis>;

/**
 * What a person should know of a custom metric that works all the same.
 * @returns undefined where there is nothing
 */
export function customMetricHint({ name: text }: CustomMetricSettings): string | undefined {
  return text.endsWith('_total')
    ? `${text} is a gauge, and the ending _total says that it is a counter: rate() would take a value that falls for a restart`
    : undefined;
}
