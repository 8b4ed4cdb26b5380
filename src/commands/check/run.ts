import { alertmanagerClients } from '../../alerts/configured.js';
import { loadConfig } from '../../config/load.js';
import { ExitCode, UserError } from '../../platform/errors.js';
import { hasFailure, renderCheckLines, type CheckLine } from '../../reports/check-lines.js';
import type { ReceiverClient } from '../receiver-client.js';
import { openServices } from '../services.js';
import { outputPaint, print, printJson } from '../terminal.js';
import { checkAlertmanager } from './alertmanager.js';
import { checkBackendMetrics } from './backend-metrics.js';
import { checkCalibration } from './calibration.js';
import { checkCustomMetrics } from './custom.js';
import { checkHealth } from './health.js';
import { checkFiles, checkPlans, checkRedis } from './local.js';
import { checkExporter, checkReceiver } from './programs.js';
import { checkPrometheus } from './prometheus.js';
import { checkPromotionRecord } from './promotion.js';
import { checkTradeTables } from './trade-tables.js';

/** `redline check`. @returns 0 when nothing fails, 2 otherwise; a warning is no failure */
export async function runCheck(configPath: string | undefined, json: boolean): Promise<ExitCode> {
  const lines = await checkEverything(configPath);
  if (json) printJson({ ok: !hasFailure(lines), checks: lines });
  else print(renderCheckLines(lines, outputPaint()));
  return hasFailure(lines) ? ExitCode.refused : ExitCode.ok;
}

async function checkEverything(configPath: string | undefined): Promise<CheckLine[]> {
  const { path } = loadConfig(configPath);
  const { config, prometheus, receiver } = openServices(configPath);
  const groups = await Promise.all([
    checkFiles(config),
    isProductionOpen(receiver).then((isOpen) => checkPlans(config, isOpen)),
    checkCalibration(config),
    checkRedis(config),
    checkCustomMetrics(config),
    checkHealth(config),
    checkBackendMetrics(config),
    checkExporter(config),
    checkPrometheus(prometheus, config),
    ...alertmanagerClients(config).map((each) => checkAlertmanager(each, receiver.address)),
    checkReceiver(receiver),
    checkPromotionRecord(prometheus, receiver),
  ]);
  return [
    { what: 'configuration', level: 'ok', detail: path ?? 'no file, everything at its default' },
    ...checkTradeTables(config),
    ...groups.flat(),
  ];
}

/** False also where the receiver does not say, which is told where that is looked at. */
async function isProductionOpen(receiver: ReceiverClient): Promise<boolean> {
  try {
    const deployments = await receiver.deployments();
    return deployments.some(({ kind, outcome }) => kind === 'production' && outcome === null);
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}
