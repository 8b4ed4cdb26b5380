import { Option } from 'commander';
import type { DeploymentKind } from '../deployments/deployment.js';
import type { RegisterCommand } from './context.js';

interface Options {
  readonly demo: boolean;
  readonly canary: boolean;
  readonly calibration: boolean;
  readonly production: boolean;
  readonly goLive: boolean;
  readonly directory: string;
  readonly ports: 'usual' | 'free';
  readonly filesOnly: boolean;
}

/** `redline up`: the whole stack on this machine. */
export const registerUp: RegisterCommand = (program, context) => {
  program
    .command('up')
    .description('run exporter, receiver, Prometheus and Alertmanager on this machine until Ctrl-C')
    .option(
      '--demo',
      'with a Redis and a simulated trading system of its own, and a canary under observation',
      false,
    )
    .option('--no-canary', 'with --demo: activate no canary')
    .option('--calibration', 'with --demo: a calibration under observation instead of the canary', false)
    .addOption(
      new Option(
        '--production',
        'with --demo: what runs in production under observation instead of the canary',
      )
        .default(false)
        .conflicts('calibration'),
    )
    .addOption(
      new Option('--go-live', 'with --demo: a go-live under observation instead of the canary')
        .default(false)
        .conflicts(['calibration', 'production']),
    )
    .option('--directory <folder>', 'with --demo: the folder that it makes anew', '.redline/demo')
    .addOption(
      new Option(
        '--ports <which>',
        'with --demo: its usual ports (or where REDLINE_... moves them), or free ones',
      )
        .choices(['usual', 'free'])
        .default('usual'),
    )
    .addOption(
      new Option('--files-only', "make the demonstration's folder, start nothing (for containers)")
        .default(false)
        .implies({ demo: true }),
    )
    .action(async (options: Options) => {
      const configPath = context.configPath();
      if (options.filesOnly) {
        const { layOutFiles } = await import('../stack/demonstration.js');
        await layOutFiles(configPath, options.directory);
      } else if (options.demo) {
        const { demo } = await import('../stack/demo.js');
        await demo({
          configPath,
          directory: options.directory,
          freePorts: options.ports === 'free',
          deployment: chosenDeployment(options),
        });
      } else {
        const { up } = await import('../stack/up.js');
        await up(configPath);
      }
    });
};

function chosenDeployment({ canary, calibration, production, goLive }: Options): DeploymentKind | undefined {
  if (goLive) return 'go-live';
  if (production) return 'production';
  if (calibration) return 'calibration';
  return canary ? 'canary' : undefined;
}
