import type { Config } from '../config/schema.js';
import { backendUnit, overrideInstalledPath, rolledBackHarvestUnit } from '../deployments/engine-unit.js';
import { hasBackend } from '../deployments/go-live-inputs.js';
import type { AlertSummary, TriggerSource } from '../deployments/rollback.js';
import { redisEnvironment } from './redis-environment.js';

/** What a script is told of the rollback that it carries out. */
export interface ScriptOrder {
  readonly rollback: string;
  readonly plan: string;
  readonly deployment: string;
  readonly model: string;
  readonly trigger: TriggerSource;
  readonly alertname: string;
  readonly reason: string;
  /** who asked for it; empty where nobody did */
  readonly operator: string;
  readonly alert: AlertSummary | null;
}

/** Longest reason handed on, characters. */
const longestReason = 500;

/** PATH, LANG and HOME, and nothing else of the environment of Redline itself. */
export function baseEnvironment(own: NodeJS.ProcessEnv = process.env): Record<string, string> {
  return {
    PATH: own.PATH ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: own.LANG ?? 'C.UTF-8',
    HOME: own.HOME ?? '/',
  };
}

/** The whole environment of a rollback script; what the plan adds cannot replace what Redline says. */
export function scriptEnvironment(
  config: Config,
  engineUnit: string,
  planEnvironment: Readonly<Record<string, string>>,
  order: ScriptOrder,
): Record<string, string> {
  const { files } = config;
  const { backend } = config.http;
  return {
    ...baseEnvironment(),
    ...planEnvironment,
    ROLLBACK_ROOT: files.root,
    ROLLBACK_ENGINE_UNIT: engineUnit,
    ROLLBACK_BASELINE_WEIGHTS: files.baseline_weights,
    ROLLBACK_CANARY_WEIGHTS: files.canary_weights,
    ROLLBACK_OVERRIDE_GENERATED: files.override_generated,
    ROLLBACK_OVERRIDE_INSTALLED: overrideInstalledPath(files, engineUnit),
    ROLLBACK_CANARY_LOG: files.canary_log,
    ROLLBACK_HARVEST_UNIT: rolledBackHarvestUnit(config),
    ROLLBACK_CALIBRATION_CONFIG: files.calibration_config,
    ROLLBACK_CALIBRATION_BACKUP: files.calibration_backup,
    ROLLBACK_GO_LIVE_MARKER: files.go_live_marker,
    ROLLBACK_GO_LIVE_CONFIG: files.go_live_config,
    ROLLBACK_BACKEND_UNIT: backendUnit(config),
    ROLLBACK_BACKEND_URL: hasBackend(config) ? backend.url : 'none',
    ROLLBACK_BACKEND_CA_FILE: backend.ca_file,
    ROLLBACK_DATABASE: config.database.enabled ? config.database.path : 'none',
    // For scripts that run a program of Redline.
    ROLLBACK_NODE: process.execPath,
    ...redisEnvironment(config.redis),
    ROLLBACK_SYSTEMCTL: config.systemd.systemctl,
    ROLLBACK_ID: order.rollback,
    ROLLBACK_PLAN: order.plan,
    ROLLBACK_DEPLOYMENT: order.deployment,
    ROLLBACK_MODEL: order.model,
    ROLLBACK_ALERT: oneLine(order.alertname),
    ROLLBACK_REASON: oneLine(order.reason),
    ROLLBACK_OPERATOR: oneLine(order.operator),
    ROLLBACK_TRIGGER: order.trigger,
  };
}

/** What a rollback script reads on its standard input: JSON. */
export function scriptInput(order: ScriptOrder): string {
  const { rollback, plan, deployment, alert } = order;
  return `${JSON.stringify({ rollback, plan, deployment, alert })}\n`;
}

/** Free text as an environment variable takes it: no NUL, no line breaks, bounded. */
function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, longestReason);
}
