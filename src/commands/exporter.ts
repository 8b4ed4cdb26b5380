import type { RegisterCommand } from './context.js';
import { ExitCode } from '../platform/errors.js';
import { keepHeapSmall } from '../platform/heap.js';

/** `redline exporter`: reads the trading system and exports it to Prometheus. */
export const registerExporter: RegisterCommand = (program, context) => {
  program
    .command('exporter')
    .description('Read the trading system and export it to Prometheus')
    .option('--check', 'check the configuration and end')
    .action(async ({ check = false }: { check?: boolean }) => {
      // Before its code is loaded, since loading alone makes the heap grow.
      keepHeapSmall();
      const { runExporter, checkExporter } = await import('./exporter-program.js');
      if (check) await checkExporter(context.configPath());
      else await runExporter(context.configPath());
      context.exit(ExitCode.ok);
    });
};
