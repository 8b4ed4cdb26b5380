import type { RegisterCommand } from './context.js';

/** `redline incident new ALERT`: an incident file, as every rollback leaves one, for an alert without. */
export const registerIncident: RegisterCommand = (program, context) => {
  program
    .command('incident')
    .description('incident files: every rollback leaves one; an alert gets one on request')
    .command('new')
    .description('write an incident file for an alert that fires, or that fired in the last 30 days')
    .argument('<alert>', 'its name, such as CalibrationHarvestDown')
    .option('--deployment <id>', 'only of this deployment')
    .action(async (alert: string, { deployment }: { readonly deployment?: string }) => {
      const { newIncident } = await import('./incident-file.js');
      await newIncident(context.operatorConfigPath(), alert, deployment);
    });
};
