import type { Command } from 'commander';
import type { CommandContext, RegisterCommand } from './context.js';

export interface RollbackOptions {
  readonly reason: string;
  readonly operator?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

/** `redline rollback PLAN`: rolls back by hand. Exit 0 only where it succeeded. */
export const registerRollback: RegisterCommand = (program, context) => {
  const command = program
    .command('rollback')
    .description('roll back by hand: the receiver does it, and where that is down this command itself')
    .argument('<plan>', 'a plan of the configuration, such as qsc or calibration');
  withRollbackOptions(command).action(async (plan: string, options: RollbackOptions) => {
    await runRollbackCommand(context, plan, options);
  });
};

/** The options that every way to roll back by hand takes. */
export function withRollbackOptions(command: Command): Command {
  return command
    .requiredOption('--reason <text>', 'why; goes on record')
    .option('--operator <name>', 'who; goes on record (default: the user)')
    .option('--dry-run', 'say what would be run, and run nothing')
    .option('--json', 'print the record as JSON');
}

/** Rolls back, follows it to its end and prints how it went. */
export async function runRollbackCommand(
  context: CommandContext,
  plan: string,
  options: RollbackOptions,
): Promise<void> {
  const [
    { openServices },
    { manualOrder, rollBack },
    { ExitCode },
    terminal,
    reports,
    { resolveEngineUnit, withLoadedBackendUnit, withLoadedHarvestUnit },
  ] = await Promise.all([
    import('./services.js'),
    import('./roll-back.js'),
    import('../platform/errors.js'),
    import('./terminal.js'),
    import('../reports/rollback-report.js'),
    import('../deployments/engine-unit.js'),
  ]);
  const services = openServices(context.operatorConfigPath());
  const order = manualOrder(plan, options.reason, options.operator);
  const [{ preparePlan }, { preflightPlan }, { hasFailure, renderCheckLines }] = await Promise.all([
    import('../rollback/plans.js'),
    import('./plan-preflight.js'),
    import('../reports/check-lines.js'),
  ]);
  const engineUnit = await resolveEngineUnit(services.config);
  const config = await withLoadedBackendUnit(await withLoadedHarvestUnit(services.config));
  const prepared = preparePlan(config, plan, engineUnit);
  if (options.dryRun) {
    const lines = await preflightPlan(services.config, plan, engineUnit);
    terminal.print(reports.renderRollbackDryRun(prepared));
    terminal.print(renderCheckLines(lines, terminal.outputPaint()));
    context.exit(hasFailure(lines) ? ExitCode.refused : ExitCode.ok);
    return;
  }
  const rollback = await rollBack(services, order, new terminal.Progress());
  if (options.json) terminal.printJson(rollback);
  else terminal.print(reports.renderRollback(rollback, terminal.outputPaint()));
  context.exit(rollback.result === 'succeeded' ? ExitCode.ok : ExitCode.failure);
}
