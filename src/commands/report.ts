import { Option } from 'commander';
import type { RegisterCommand } from './context.js';
import type { ReportFormat } from './report-file.js';
import type { ReportRequest } from './write-report.js';

const formats = ['text', 'md', 'html', 'json'] as const satisfies readonly ReportFormat[];

interface ReportOptions {
  readonly hours?: string;
  readonly format?: ReportFormat;
  readonly out?: string;
  readonly against?: string;
  readonly journal?: true;
  readonly baseline?: true;
}

/** `redline report`: the monitoring playbook's questions about a period, answered from Prometheus. */
export const registerReport: RegisterCommand = (program, context) => {
  program
    .command('report')
    .description('trading, money, health, learning, alerts and checklist of a period')
    .option(
      '--hours <number>',
      'length of the period, 1 to 2160: 6 midday, 24 morning and end of day, 168 weekly, 720 monthly (default: 24, of a baseline 168)',
    )
    .addOption(
      new Option('--format <format>', 'default: as the file of --out is named, else text').choices(formats),
    )
    .option('--out <file>', 'write it there instead of printing it')
    .option(
      '--against <file>',
      'compare with the baseline in this file instead of with the period before (see --baseline)',
    )
    .addOption(
      new Option(
        '--journal',
        'the entry of the trading journal: of the day, from 168 hours on of the week',
      ).conflicts(['baseline', 'format']),
    )
    .addOption(
      new Option('--baseline', 'the block that says what is normal, to be written down').conflicts('format'),
    )
    .action(async (options: ReportOptions) => {
      const { writeReport } = await import('./write-report.js');
      await writeReport(context.operatorConfigPath(), requestOf(options));
    });
};

function requestOf({ hours, format, out, against, journal, baseline }: ReportOptions): ReportRequest {
  return {
    hours,
    out,
    against,
    content: journal === true ? 'journal' : baseline === true ? 'baseline' : 'report',
    format,
  };
}
