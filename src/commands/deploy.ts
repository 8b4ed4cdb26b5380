import { Option } from 'commander';
import type { RegisterCommand } from './context.js';

const outcomes = ['accepted', 'abandoned'] as const;
interface EndOptions {
  readonly outcome: (typeof outcomes)[number];
}

/** `redline deploy status | end`: what is under observation. */
export const registerDeploy: RegisterCommand = (program, context) => {
  const deploy = program.command('deploy').description('what is under observation, and its end');
  deploy
    .command('status')
    .description('what is under observation, each check with its value and limit, and what fires')
    .option('--json', 'print it as JSON')
    .action(async (options: { readonly json?: true }) => {
      const { deployStatus } = await import('./deploy-actions.js');
      context.exit(await deployStatus(context.operatorConfigPath(), options.json ?? false));
    });
  deploy
    .command('end')
    .description('end the observation by hand; what was deployed stays as it is')
    .addOption(
      new Option('--outcome <outcome>', 'accepted: it stays. abandoned: it is no longer of interest')
        .choices(outcomes)
        .makeOptionMandatory(),
    )
    .action(async ({ outcome }: EndOptions) => {
      const { endDeployment } = await import('./deploy-actions.js');
      context.exit(await endDeployment(context.operatorConfigPath(), outcome));
    });
};
