import type { Command } from 'commander';
import type { CommandContext, RegisterCommand } from './context.js';

interface KillSwitchOptions {
  readonly reason?: string;
  readonly operator?: string;
  readonly json?: true;
}

/** `redline kill-switch on | off | status`: whether alerts may start rollbacks. Rollbacks by hand run all the same. */
export const registerKillSwitch: RegisterCommand = (program, context) => {
  const killSwitch = program
    .command('kill-switch')
    .description('stop automatic rollbacks, let them start again, or say how it is');
  const on = killSwitch
    .command('on')
    .description('from now on no alert starts a rollback; one that runs is finished')
    .requiredOption('--reason <text>', 'why; goes on record');
  withAction(on, context, true);
  const off = killSwitch
    .command('off')
    .description('alerts roll back again, also those that fire already')
    .option('--reason <text>', 'why; goes on record');
  withAction(off, context, false);
  killSwitch
    .command('status')
    .description('whether it is on, since when and why')
    .option('--json', 'print it as JSON')
    .action(async (options: { readonly json?: true }) => {
      const { printKillSwitch } = await import('./kill-switch-actions.js');
      await printKillSwitch(context.operatorConfigPath(), options.json ?? false);
    });
};

function withAction(command: Command, context: CommandContext, on: boolean): void {
  command
    .option('--operator <name>', 'who; goes on record (default: the user)')
    .option('--json', 'print how it is now as JSON')
    .action(async ({ reason, operator, json }: KillSwitchOptions) => {
      const { changeKillSwitch } = await import('./kill-switch-actions.js');
      const order = { on, reason: reason ?? '', operator };
      await changeKillSwitch(context.operatorConfigPath(), order, json ?? false);
    });
}
