import type { ExitCode } from '../../platform/errors.js';
import { formatValue } from '../../reports/numbers.js';
import { operatorName } from '../operator.js';
import { commandOf, openServices } from '../services.js';
import { note } from '../terminal.js';
import { parseTime } from '../time.js';
import { findPromotable } from './promote.js';
import { runCanary } from './run.js';
import { parseShare } from './weights.js';

interface CommonOptions {
  readonly operator?: string;
  readonly dryRun?: true;
}

/** `redline canary activate`. @returns the exit code */
export async function activateCommand(
  configPath: string | undefined,
  options: CommonOptions & { readonly model: string; readonly cutover?: string },
): Promise<ExitCode> {
  const services = openServices(configPath);
  const { model, cutover } = options;
  return runCanary(services, {
    ...common(configPath, options),
    model,
    share: services.config.deployments.canary.weight,
    cutover: cutover === undefined ? undefined : parseTime(cutover, '--cutover', Date.now() / 1000),
  });
}

/** `redline canary promote`. @returns the exit code */
export async function promoteCommand(
  configPath: string | undefined,
  options: CommonOptions & { readonly weight: string },
): Promise<ExitCode> {
  const services = openServices(configPath);
  const share = parseShare(options.weight, '--weight');
  const { model, cutover } = findPromotable(await services.receiver.deployments(), share);
  note(`Promoting ${model} to ${formatValue(share, 'share')}: gate and observation anew.`);
  return runCanary(services, { ...common(configPath, options), model, share, cutover });
}

function common(configPath: string | undefined, { operator, dryRun }: CommonOptions) {
  return {
    operator: operatorName(operator),
    dryRun: dryRun ?? false,
    rollbackCommand: `${commandOf(configPath)} canary rollback --reason "..."`,
  };
}
