import { Option } from 'commander';
import type { RegisterCommand } from './context.js';
import type { ObservationRequest } from './write-observation.js';

/** `redline observe`: the observation report of a go-live, canary or calibration. */
export const registerObserve: RegisterCommand = (program, context) => {
  program
    .command('observe')
    .description(
      'the observation report of a go-live, a canary or a calibration; while under way with what is pending',
    )
    .option('--deployment <id>', 'of this one (default: the newest)')
    .option('--out <file>', 'write it there instead of printing it')
    .addOption(
      new Option('--format <format>', 'default: as the file of --out is named, else md').choices([
        'md',
        'html',
      ]),
    )
    .option(
      '--handover',
      'also the document of the next phase, beside FILE as FILE-handover; exit 2 where the observation has not passed',
    )
    .action(async (options: ObservationRequest) => {
      const { writeObservation } = await import('./write-observation.js');
      context.exit(await writeObservation(context.operatorConfigPath(), options));
    });
};
