import type { ExportOptions } from './audit-export.js';
import type { VerifyOptions } from './audit-verify.js';
import type { RegisterCommand } from './context.js';

/** `redline audit [verify | export]`: what Redline did and decided, and the proof that nobody changed the record of it. */
export const registerAudit: RegisterCommand = (program, context) => {
  const audit = program
    .command('audit')
    .description('what Redline did and decided, newest last')
    .option('--last <n>', 'how many records', '50')
    .option('--json', 'print the records as they are kept, one JSON object a line')
    .action(async (options: { readonly last: string; readonly json?: true }) => {
      const { printAudit } = await import('./audit-records.js');
      await printAudit(context.operatorConfigPath(), options.last, options.json ?? false);
    });
  audit
    .command('verify')
    .description('prove that no record was changed, removed or added (exit 0 whole, 2 not)')
    .argument('[file...]', 'exported or archived ledgers (default: the receiver’s own)')
    .option(
      '--expect-last-hash <hash>',
      'what an earlier verify said: proves that nothing was cut off the end since',
    )
    .option('--expect-records <n>', 'number of the last record, as an earlier verify said it')
    .option('--part', 'the files may begin with a later record than the first, as after export --since')
    .action(async (files: readonly string[], options: VerifyOptions) => {
      const { verifyAudit } = await import('./audit-verify.js');
      context.exit(await verifyAudit(context.operatorConfigPath(), files, options));
    });
  audit
    .command('export')
    .description(
      'the records exactly as they are kept, one JSON object a line (exit 2: the ledger is not whole)',
    )
    .option('--since <time>', 'only records from this time on: ISO 8601, Unix s or ms, or "2h ago"')
    .option('--until <time>', 'only records before this time')
    .option('--type <types>', 'only records of these types, separated by commas')
    .option('--output <file>', 'write this file, in one step, instead of standard output')
    .action(async (options: ExportOptions) => {
      const { exportAudit } = await import('./audit-export.js');
      context.exit(await exportAudit(context.operatorConfigPath(), options));
    });
};
