import { Option, type Command } from 'commander';
import type { DeploymentKind } from '../deployments/deployment.js';
import { UserError } from '../platform/errors.js';
import type { CommandContext, RegisterCommand } from './context.js';

const outcomes = ['accepted', 'abandoned'] as const;
const kinds = ['calibration', 'canary', 'go-live', 'production'] as const satisfies readonly DeploymentKind[];
interface EndOptions {
  readonly outcome: (typeof outcomes)[number];
  readonly kind?: DeploymentKind;
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
      refuseOtherKinds(kind, ['calibration']);
      const { prepareCalibration } = await import('./calibration/prepare.js');
      context.exit(await prepareCalibration(context.operatorConfigPath(), options));
    });
}

function registerStart(deploy: Command, context: CommandContext): void {
  deploy
    .command('start')
    .description('after the change: put it under observation; a violation is rolled back by itself')
    .argument('<kind>', 'what was deployed: calibration, go-live or production')
    .option(
      '--started-at <time>',
      'when a calibration began that is under way: ISO 8601, Unix s, or "2h ago"',
    )
    .option(
      '--duration <length>',
      'of the observation of a calibration or a go-live, 72h at most (default: as configured); production has no end',
    )
    .option('--operator <name>', 'who; goes on record (default: the user; a go-live must name somebody)')
    .option(
      '--accept <alert>',
      'start though this alert holds already; it starts nothing until it has been false once (repeatable)',
      (name: string, names: readonly string[] | undefined) => [...(names ?? []), name],
    )
    .option('--json', 'print it as JSON')
    .action(async (kind: string, options: StartOptions) => {
      refuseOtherKinds(kind, ['calibration', 'go-live', 'production']);
      if (kind === 'go-live') {
        refuseStart(options, 'a go-live is declared from now on');
        const { startGoLive } = await import('./go-live/start.js');
        context.exit(await startGoLive(context.operatorConfigPath(), options));
        return;
      }
      if (kind === 'production') {
        refuseStart(options, 'production is declared from now on, and has no end');
        refuseDuration(options);
        const { startProduction } = await import('./production/start.js');
        context.exit(await startProduction(context.operatorConfigPath(), options));
        return;
      }
      const { startCalibration } = await import('./calibration/start.js');
      context.exit(await startCalibration(context.operatorConfigPath(), options));
    });
}

const nothingToPrepare: ReadonlyMap<string, string> = new Map([
  [
    'production',
    'Production has nothing to prepare: redline deploy start production checks and declares it.',
  ],
  [
    'go-live',
    'A go-live has nothing to prepare: redline deploy start go-live --operator NAME checks and declares it.',
  ],
]);

/** @throws UserError for a kind that is declared elsewhere, or nowhere, or needs no such step */
function refuseOtherKinds(kind: string, known: readonly string[]): void {
  if (known.includes(kind)) return;
  if (kind === 'canary') {
    throw new UserError(
      'A canary passes the gate first: redline canary activate --model MODEL prepares and starts it.',
    );
  }
  throw new UserError(
    nothingToPrepare.get(kind) ??
      `There is no deployment of kind "${kind}". There are: calibration (redline deploy prepare|start calibration), go-live (redline deploy start go-live), production (redline deploy start production), canary (redline canary activate).`,
  );
}

/** @throws UserError for what only a calibration takes. @param why the other kind does not */
function refuseStart({ startedAt }: StartOptions, why: string): void {
  if (startedAt !== undefined) throw new UserError(`--started-at is for a calibration: ${why}.`);
}

/** @throws UserError for what only a kind with an end takes */
function refuseDuration({ duration }: StartOptions): void {
  if (duration === undefined) return;
  throw new UserError(
    '--duration is for a calibration or a go-live: production is declared from now on, and has no end.',
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
    .addOption(
      new Option(
        '--kind <kind>',
        'of which kind, where two are under observation (default: the one beside production)',
      ).choices(kinds),
    )
    .action(async ({ outcome, kind }: EndOptions) => {
      const { endDeployment } = await import('./deploy-actions.js');
      context.exit(await endDeployment(context.operatorConfigPath(), outcome, kind));
    });
}
