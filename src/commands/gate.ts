import { Option } from 'commander';
import { gateModes, type GateMode } from '../reports/gate-verdict.js';
import type { RegisterCommand } from './context.js';

interface GateOptions {
  readonly after?: string;
  readonly model?: string;
  readonly mode: GateMode;
  readonly json?: true;
}

/** `redline gate`: may a canary be activated? Exit 0 pass, 2 fail or unknown, 3 collection complete. */
export const registerGate: RegisterCommand = (program, context) => {
  program
    .command('gate')
    .description('the quality gate: judge every model on the events after a cutover (exit 0 pass, 2 no)')
    .option('--after <time>', 'the cutover: ISO 8601, Unix s or Unix ms (default: when the engine started)')
    .option('--model <model>', 'this model must be judged, and not be NO-GO')
    .addOption(
      new Option('--mode <mode>', 'collection: only whether enough events are there; never passes (exit 3)')
        .choices(gateModes)
        .default('canary'),
    )
    .option('--json', 'print the answer as JSON')
    .action(async (options: GateOptions) => {
      const [
        { openServices },
        { exitCodeOf, passGate },
        { writeGateFiles },
        report,
        terminal,
        { parseTime },
      ] = await Promise.all([
        import('./services.js'),
        import('./pass-gate.js'),
        import('./gate-files.js'),
        import('../reports/gate-report.js'),
        import('./terminal.js'),
        import('./time.js'),
      ]);
      const { config, ...services } = openServices(context.operatorConfigPath());
      const { after, model, mode } = options;
      const answer = await passGate(
        { ...services, progress: new terminal.Progress() },
        {
          cutover: after === undefined ? undefined : parseTime(after, '--after', Date.now() / 1000),
          mode,
          model,
        },
      );
      const files = await writeGateFiles(answer, config.files.reports);
      if (options.json) terminal.printJson(report.gateJson(answer));
      else {
        terminal.print(report.renderGateText(answer, terminal.outputPaint()));
        for (const path of files) terminal.note(`Report: ${path}`);
      }
      context.exit(exitCodeOf(answer));
    });
};
