import type { RegisterCommand } from './context.js';

interface BackupOptions {
  readonly dryRun?: true;
  readonly json?: true;
  readonly wait: string;
}

/** `redline backup`: the daily copy of the trade tables, made while they are written to. Exit 2: there is no good copy. */
export const registerBackup: RegisterCommand = (program, context) => {
  program
    .command('backup')
    .description(
      "copy the trade tables into today's file, check the copy, and remove old ones (exit 2: not good)",
    )
    .option('--dry-run', 'say what would be done')
    .option(
      '--wait <duration>',
      'how long writers may be made to wait; only where the database is not in WAL mode',
      '2s',
    )
    .option('--json', 'print what was done as JSON')
    .action(async ({ dryRun, json, wait }: BackupOptions) => {
      const { backUp } = await import('./backup/run.js');
      const options = { isDryRun: dryRun ?? false, isJson: json ?? false, wait };
      context.exit(await backUp(context.configPath(), options));
    });
};
