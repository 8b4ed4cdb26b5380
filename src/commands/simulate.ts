import { InvalidArgumentError } from 'commander';
import type { RegisterCommand } from './context.js';

/** `redline simulate`: a trading system that behaves, and misbehaves on request. */
export const registerSimulate: RegisterCommand = (program, context) => {
  program
    .command('simulate')
    .description(
      'run a simulated trading system: events in Redis, its files, and a process that is its engine',
    )
    .option('--rate <events>', 'events a second', positiveNumber, 10)
    .option('--seed <number>', 'the same seed draws the same events', wholeNumber, 1)
    .option('--own-redis', 'this Redis serves the demonstration only: redis-down may suspend it', false)
    .action(async (options: { rate: number; seed: number; ownRedis: boolean }) => {
      const [{ loadConfig }, { runSimulator }] = await Promise.all([
        import('../config/load.js'),
        import('../simulator/run.js'),
      ]);
      await runSimulator({ config: loadConfig(context.configPath()).config, ...options });
    });
};

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1000)) throw new InvalidArgumentError('It must be above 0 and at most 1000.');
  return value;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('It must be a whole number.');
  return value;
}
