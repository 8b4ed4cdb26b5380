import type { Command } from 'commander';
import type { CommandContext, RegisterCommand } from './context.js';
import { runRollbackCommand, withRollbackOptions, type RollbackOptions } from './rollback.js';

interface ActivateOptions {
  readonly model: string;
  readonly cutover?: string;
  readonly operator?: string;
  readonly dryRun?: true;
}

interface PromoteOptions {
  readonly weight: string;
  readonly operator?: string;
  readonly dryRun?: true;
}

/** `redline canary activate | promote | rollback`: the life of a canary. */
export const registerCanary: RegisterCommand = (program, context) => {
  const canary = program.command('canary').description('activate, promote or roll back a canary');
  registerActivate(canary, context);
  registerPromote(canary, context);
  const rollback = canary.command('rollback').description('roll the canary back by hand (plan qsc)');
  withRollbackOptions(rollback).action(async (options: RollbackOptions) => {
    await runRollbackCommand(context, 'qsc', options);
  });
};

function registerActivate(canary: Command, context: CommandContext): void {
  canary
    .command('activate')
    .description('pass the gate, then give a model its first weight and watch it')
    .requiredOption('--model <model>', 'the model that gets weight')
    .option('--cutover <time>', 'the gate judges events from here (default: when the engine started)')
    .option('--operator <name>', 'who; goes on record (default: the user)')
    .option('--dry-run', 'everything up to the change, and what the change would be')
    .action(async (options: ActivateOptions) => {
      const { activateCommand } = await import('./canary/start.js');
      context.exit(await activateCommand(context.operatorConfigPath(), options));
    });
}

function registerPromote(canary: Command, context: CommandContext): void {
  canary
    .command('promote')
    .description('give a canary that went through its observation more weight, and watch it anew')
    .requiredOption('--weight <share>', 'its new share: 0.25 or 25%, up to 100%')
    .option('--operator <name>', 'who; goes on record (default: the user)')
    .option('--dry-run', 'everything up to the change, and what the change would be')
    .action(async (options: PromoteOptions) => {
      const { promoteCommand } = await import('./canary/start.js');
      context.exit(await promoteCommand(context.operatorConfigPath(), options));
    });
}
