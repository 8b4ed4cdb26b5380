import type { RegisterCommand } from './context.js';

/** `redline check`: configuration, reachability of everything, and whether each rollback plan could run now. */
export const registerCheck: RegisterCommand = (program, context) => {
  program
    .command('check')
    .description(
      'configuration, reachability of every part, and preflight of every rollback plan (exit 0 or 2)',
    )
    .option('--json', 'print it as JSON')
    .action(async (options: { readonly json?: true }) => {
      const { runCheck } = await import('./check/run.js');
      context.exit(await runCheck(context.operatorConfigPath(), options.json ?? false));
    });
};
