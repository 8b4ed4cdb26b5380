import { Option } from 'commander';
import type { RegisterCommand } from './context.js';

interface Options {
  readonly demo: boolean;
  readonly canary: boolean;
  readonly calibration: boolean;
  readonly production: boolean;
  readonly directory: string;
  readonly ports: 'usual' | 'free';
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
    .option('--directory <folder>', 'with --demo: the folder that it makes anew', '.redline/demo')
    .addOption(
      new Option(
        '--ports <which>',
        'with --demo: its usual ports (or where REDLINE_... moves them), or free ones',
      )
        .choices(['usual', 'free'])
        .default('usual'),
    )
    .action(async ({ demo: isDemo, canary, calibration, production, directory, ports }: Options) => {
      const configPath = context.configPath();
      if (isDemo) {
        const { demo } = await import('../stack/demo.js');
        await demo({
          configPath,
          directory,
          freePorts: ports === 'free',
          deployment: production ? 'production' : calibration ? 'calibration' : canary ? 'canary' : undefined,
        });
      } else {
        const { up } = await import('../stack/up.js');
        await up(configPath);
      }
    });
};
