import { customMetricHint } from '../config/custom-settings.js';
import { Periodic } from '../platform/periodic.js';
import { SqlProcess } from '../sources/sql-process.js';
import type { CollectorModule } from './collector.js';
import { customCollectorName, CustomJob } from './custom-job.js';
import { customMetrics } from './custom-metrics.js';
import { customQuery } from './custom-query.js';

/**
 * Gauges that the configuration makes of queries and keys. They are asked for on their own time, so that no scrape waits
 * for one. Their metrics are known when it is created, and so are none of the module's.
 */
export const customCollector: CollectorModule = {
  name: customCollectorName,
  metrics: customMetrics,
  reasons: [
    'unreachable',
    'refused',
    'wrong_type',
    'unreadable',
    'malformed_json',
    'missing_field',
    'oversized',
    'locked',
    'query_failed',
    'duplicate_series',
  ],
  create({ config, redis, log }) {
    if (config.custom.length === 0) return undefined;
    const stopping = new AbortController();
    const sql = new SqlProcess();
    const sources = { sql, redis, database: config.database };
    const jobs = config.custom.map(
      (settings) => new CustomJob(settings, customQuery(settings, sources), log, stopping.signal),
    );
    for (const hint of config.custom.flatMap((settings) => customMetricHint(settings) ?? [])) log.warn(hint);
    const runs = new Periodic(
      jobs.map((job) => ({
        name: job.name,
        intervalSeconds: job.intervalSeconds,
        run: () => job.run(),
      })),
      log,
    );
    return {
      async collect(context) {
        for (const job of jobs) job.collect(context);
        return Promise.resolve();
      },
      async close() {
        stopping.abort();
        await Promise.all([sql.close(), runs.stop()]);
      },
    };
  },
};
