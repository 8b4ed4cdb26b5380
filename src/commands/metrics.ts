import type { RegisterCommand } from './context.js';
import { ExitCode } from '../platform/errors.js';

/** `redline metrics`: every metric of exporter and receiver, from where it is declared. */
export const registerMetrics: RegisterCommand = (program, context) => {
  program
    .command('metrics')
    .description(
      'List every metric of exporter and receiver: name, type, meaning; of the exporter also unit, labels, source',
    )
    .option('--markdown', 'as a Markdown table')
    .option('--json', 'as JSON')
    .action(async (format: { markdown?: boolean; json?: boolean }) => {
      const { metricsAsJson, metricsAsMarkdown, metricsAsText } = await import('./metrics-listing.js');
      const render =
        format.json === true ? metricsAsJson : format.markdown === true ? metricsAsMarkdown : metricsAsText;
      process.stdout.write(await render());
      context.exit(ExitCode.ok);
    });
};
