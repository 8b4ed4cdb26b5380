import type { Metric } from './metric.js';
import { backupsCollector } from './backups.js';
import { calibrationFilesCollector } from './calibration-files.js';
import { calibrationCollector } from './calibration.js';
import { canaryFilesCollector } from './canary-files.js';
import { closedTradesCollector } from './closed-trades.js';
import type { CollectorModule } from './collector.js';
import { ownMetrics } from './collector-metrics.js';
import { customCollector } from './custom.js';
import { decisionsCollector } from './decisions.js';
import { drillCollector } from './drill.js';
import { engineHealthCollector } from './engine-health.js';
import { equityCollector } from './equity.js';
import { goLiveCollector } from './go-live.js';
import { healthCollector } from './health.js';
import { hostCollector } from './host.js';
import { journalCollector } from './journal.js';
import { productionLogCollector } from './production-log.js';
import { redisCollector } from './redis.js';
import { riskCollector } from './risk.js';
import { rollbackScriptsCollector } from './rollback-scripts.js';
import { systemdCollector } from './systemd.js';
import { tradeIntentCollector } from './trade-intent.js';
import { tradeTablesCollector } from './trade-tables/collector.js';

/** Every collector, in the order of the page. */
export const collectorModules: readonly CollectorModule[] = [
  redisCollector,
  tradeIntentCollector,
  equityCollector,
  decisionsCollector,
  calibrationCollector,
  riskCollector,
  closedTradesCollector,
  engineHealthCollector,
  calibrationFilesCollector,
  canaryFilesCollector,
  rollbackScriptsCollector,
  systemdCollector,
  journalCollector,
  tradeTablesCollector,
  productionLogCollector,
  backupsCollector,
  healthCollector,
  goLiveCollector,
  hostCollector,
  drillCollector,
  customCollector,
];

/** Every metric of the exporter once, and which collectors set it; `exporter` are those of the runner. */
export function declaredMetrics(): readonly { readonly collector: string; readonly metric: Metric }[] {
  const setBy = new Map<Metric, string[]>(ownMetrics.map((metric) => [metric, ['exporter']]));
  for (const { name, metrics } of collectorModules)
    for (const metric of metrics) setBy.set(metric, [...(setBy.get(metric) ?? []), name]);
  return [...setBy].map(([metric, names]) => ({ collector: names.join(', '), metric }));
}
