import type { RegisterCommand } from './context.js';

/** `redline audit [verify]`: what Redline did and decided, and the proof that nobody changed the record of it. */
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
    .action(async () => {
      const { verifyAudit } = await import('./audit-records.js');
      context.exit(await verifyAudit(context.operatorConfigPath()));
    });
};
