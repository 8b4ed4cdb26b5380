import type { Metric } from './metric.js';
import { canaryFilesCollector } from './canary-files.js';
import type { CollectorModule } from './collector.js';
import { ownMetrics } from './collector-metrics.js';
import { hostCollector } from './host.js';
import { redisCollector } from './redis.js';
import { rollbackScriptsCollector } from './rollback-scripts.js';
import { systemdCollector } from './systemd.js';
import { tradeIntentCollector } from './trade-intent.js';

/** Every collector, in the order of the page. */
export const collectorModules: readonly CollectorModule[] = [
  redisCollector,
  tradeIntentCollector,
  canaryFilesCollector,
  rollbackScriptsCollector,
  systemdCollector,
  hostCollector,
];

/** Every metric of the exporter, by who declares it; `exporter` are those of the runner. */
export function declaredMetrics(): readonly { readonly collector: string; readonly metric: Metric }[] {
  return [
    ...ownMetrics.map((metric) => ({ collector: 'exporter', metric })),
    ...collectorModules.flatMap(({ name, metrics }) =>
      metrics.map((metric) => ({ collector: name, metric })),
    ),
  ];
}
