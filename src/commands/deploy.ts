import { Option, type Command } from 'commander';
import { UserError } from '../platform/errors.js';
import type { CommandContext, RegisterCommand } from './context.js';

const outcomes = ['accepted', 'abandoned'] as const;
interface EndOptions {
  readonly outcome: (typeof outcomes)[number];
}

interface PrepareOptions {
  readonly operator?: string;
  readonly json?: true;
}

interface StartOptions extends PrepareOptions {
  readonly startedAt?: string;
  readonly duration?: string;
  readonly accept?: readonly string[];
}

/** `redline deploy prepare | start | status | end`: a deployment under observation, from before its change to its end. */
export const registerDeploy: RegisterCommand = (program, context) => {
  const deploy = program
    .command('deploy')
    .description('put a deployment under observation; what is observed, and its end');
  registerPrepare(deploy, context);
  registerStart(deploy, context);
  registerStatus(deploy, context);
  registerEnd(deploy, context);
};

function registerPrepare(deploy: Command, context: CommandContext): void {
  deploy
    .command('prepare')
    .description('before the change: check that it could be rolled back, and measure what is normal')
    .argument('<kind>', 'what is to be deployed: calibration')
    .option('--operator <name>', 'who; goes on record (default: the user)')
    .option('--json', 'print it as JSON')
    .action(async (kind: string, options: PrepareOptions) => {
      refuseOtherKinds(kind);
      const { prepareCalibration } = await import('./calibration/prepare.js');
      context.exit(await prepareCalibration(context.operatorConfigPath(), options));
    });
}

function registerStart(deploy: Command, context: CommandContext): void {
  deploy
    .command('start')
    .description('after the change: put it under observation; a violation is rolled back by itself')
    .argument('<kind>', 'what was deployed: calibration')
    .option('--started-at <time>', 'when it began, for one under way: ISO 8601, Unix s, or "2h ago"')
    .option('--duration <length>', 'of the observation, 72h at most (default: as configured)')
    .option('--operator <name>', 'who; goes on record (default: the user)')
    .option(
      '--accept <alert>',
      'start though this alert holds already; it starts nothing until it has been false once (repeatable)',
      (name: string, names: readonly string[] | undefined) => [...(names ?? []), name],
    )
    .option('--json', 'print it as JSON')
    .action(async (kind: string, options: StartOptions) => {
      refuseOtherKinds(kind);
      const { startCalibration } = await import('./calibration/start.js');
      context.exit(await startCalibration(context.operatorConfigPath(), options));
    });
}

/** @throws UserError for a kind that is declared elsewhere, or nowhere */
function refuseOtherKinds(kind: string): void {
  if (kind === 'calibration') return;
  throw new UserError(
    kind === 'canary'
      ? 'A canary passes the gate first: redline canary activate --model MODEL prepares and starts it.'
      : `There is no deployment of kind "${kind}". There are: calibration (redline deploy prepare|start calibration), canary (redline canary activate).`,
  );
}

function registerStatus(deploy: Command, context: CommandContext): void {
  deploy
    .command('status')
    .description('what is under observation, each check with its value and limit, and what fires')
    .option('--json', 'print it as JSON')
    .action(async (options: { readonly json?: true }) => {
      const { deployStatus } = await import('./deploy-actions.js');
      context.exit(await deployStatus(context.operatorConfigPath(), options.json ?? false));
    });
}

function registerEnd(deploy: Command, context: CommandContext): void {
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
}
