import type { RegisterCommand } from './context.js';

interface ScoreboardOptions {
  readonly watch?: true;
  readonly json?: true;
}

const redrawSeconds = 10;

/** `redline scoreboard`: the state of every model, as in `scoreboard_latest.md`. */
export const registerScoreboard: RegisterCommand = (program, context) => {
  program
    .command('scoreboard')
    .description('the state of every model: status, shares, confidence, ensemble')
    .option('--watch', `draw it anew every ${redrawSeconds} s until Ctrl-C`)
    .option('--json', 'print it as JSON')
    .action(async (options: ScoreboardOptions) => {
      const [{ openServices }, scoreboard, { ExitCode }, terminal, { PrometheusError }] = await Promise.all([
        import('./services.js'),
        import('../reports/scoreboard.js'),
        import('../platform/errors.js'),
        import('./terminal.js'),
        import('../alerts/prometheus.js'),
      ]);
      const { prometheus } = openServices(context.operatorConfigPath());
      const draw = async (): Promise<boolean> => {
        const now = Date.now() / 1000;
        try {
          const board = await scoreboard.readScoreboard(prometheus, now);
          if (options.json) terminal.printJson(board);
          else terminal.print(scoreboard.renderScoreboard(board));
          return true;
        } catch (error) {
          if (!(error instanceof PrometheusError)) throw error;
          if (options.json) terminal.printJson({ at: now, overall: null, error: error.message });
          else terminal.print(scoreboard.renderUnanswered(error.message, now));
          return false;
        }
      };
      if (options.watch) await terminal.redraw(draw, redrawSeconds);
      else context.exit((await draw()) ? ExitCode.ok : ExitCode.refused);
    });
};
