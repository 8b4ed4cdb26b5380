import type { RegisterCommand } from './context.js';

interface WatchOptions {
  readonly interval: string;
}

/** Prometheus is asked no more often than it learns anything, and no less than somebody would wait, seconds. */
const [shortest, longest] = [1, 3600];

/** `redline watch`: what matters now, on a terminal again and again until Ctrl-C, elsewhere once. */
export const registerWatch: RegisterCommand = (program, context) => {
  program
    .command('watch')
    .description('what matters now: deployments, alerts, health, win rate, confidence, modes, money, candles')
    .option('--interval <duration>', 'how often it is asked and drawn anew', '10s')
    .action(async ({ interval }: WatchOptions) => {
      const [
        { openServices },
        { readWatch },
        { watchLines, unansweredLines, renderLines },
        { PrometheusError },
        { unixNow },
        { parseDuration },
        { ExitCode, UserError },
        { showFullScreen },
        terminal,
      ] = await Promise.all([
        import('./services.js'),
        import('../reports/playbook/watch.js'),
        import('../reports/playbook/watch-screen.js'),
        import('../alerts/prometheus.js'),
        import('../platform/clock.js'),
        import('../platform/duration.js'),
        import('../platform/errors.js'),
        import('./full-screen.js'),
        import('./terminal.js'),
      ]);
      const everySeconds = parseDuration(interval);
      if (everySeconds === undefined || everySeconds < shortest || everySeconds > longest)
        throw new UserError(`--interval "${interval}" is none: write a duration from 1s to 1h, such as 10s.`);
      const { prometheus } = openServices(context.operatorConfigPath());
      const read = async () => {
        const now = unixNow();
        try {
          return { isAnswered: true, lines: watchLines(await readWatch(prometheus, now)) };
        } catch (error) {
          if (!(error instanceof PrometheusError)) throw error;
          return { isAnswered: false, lines: unansweredLines(error.message, now) };
        }
      };
      const paint = terminal.outputPaint();
      if (process.stdout.isTTY) {
        await showFullScreen(read, ({ lines }, size) => renderLines(lines, paint, size), everySeconds);
        return;
      }
      const { isAnswered, lines } = await read();
      terminal.print(renderLines(lines, paint));
      context.exit(isAnswered ? ExitCode.ok : ExitCode.refused);
    });
};
