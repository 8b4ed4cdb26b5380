import type { RegisterCommand } from './context.js';
import { ExitCode } from '../platform/errors.js';

/** `redline metrics`: every metric of the exporter, from where it is declared. */
export const registerMetrics: RegisterCommand = (program, context) => {
  program
    .command('metrics')
    .description('List every metric of the exporter: name, type, unit, labels, source')
    .option('--markdown', 'as a Markdown table')
    .option('--json', 'as JSON')
    .action(async (format: { markdown?: boolean; json?: boolean }) => {
      const { metricsAsJson, metricsAsMarkdown, metricsAsText } = await import('./metrics-listing.js');
      const render =
        format.json === true ? metricsAsJson : format.markdown === true ? metricsAsMarkdown : metricsAsText;
      process.stdout.write(render());
      context.exit(ExitCode.ok);
    });
};
