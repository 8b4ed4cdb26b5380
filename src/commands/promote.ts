import type { RegisterCommand } from './context.js';

interface CheckOptions {
  readonly window: string;
  readonly operator?: string;
  readonly json?: true;
}

/** `redline promote check`: may a trading system go from paper to live? Exit 0 yes, 2 no or unknown. */
export const registerPromote: RegisterCommand = (program, context) => {
  program
    .command('promote')
    .description('from paper trading to live trading')
    .command('check')
    .description('whether every acceptance threshold held over a window, with enough data (exit 0 yes, 2 no)')
    .option('--window <length>', 'how far it looks back, from 1h to 14d', '24h')
    .option('--operator <name>', 'who; a pass goes on record (default: the user)')
    .option('--json', 'print it as JSON')
    .action(async (options: CheckOptions) => {
      const { checkPromotion } = await import('./promote/check.js');
      context.exit(await checkPromotion(context.operatorConfigPath(), options));
    });
};
