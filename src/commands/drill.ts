import type { RegisterCommand } from './context.js';

interface DrillOptions {
  readonly timeout: string;
  readonly operator?: string;
  readonly json?: true;
}

/** `redline drill`: tries out the whole way of an alert. Exit 0 where it came through, 2 where a leg never came. */
export const registerDrill: RegisterCommand = (program, context) => {
  program
    .command('drill')
    .description(
      'send a made-up violation through exporter, rule, Alertmanager, receiver and a plan that changes nothing',
    )
    .option('--timeout <duration>', 'how long the whole way may take, 1s to 2m', '60s')
    .option('--operator <name>', 'who; goes on record (default: the user)')
    .option('--json', 'print it as JSON')
    .action(async (options: DrillOptions) => {
      const [{ openServices }, { drillOrder, runDrill }, { renderDrill }, terminal, { ExitCode }] =
        await Promise.all([
          import('./services.js'),
          import('./run-drill.js'),
          import('../reports/drill.js'),
          import('./terminal.js'),
          import('../platform/errors.js'),
        ]);
      const services = openServices(context.operatorConfigPath());
      const order = drillOrder(options.timeout, options.operator);
      const drill = await runDrill(services, order, new terminal.Progress());
      if (options.json) terminal.printJson(drill);
      else terminal.print(renderDrill(drill, terminal.outputPaint()));
      context.exit(drill.result === 'succeeded' ? ExitCode.ok : ExitCode.refused);
    });
};
