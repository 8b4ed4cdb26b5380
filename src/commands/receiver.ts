import type { Config } from '../config/schema.js';
import { ExitCode } from '../platform/errors.js';
import type { RegisterCommand } from './context.js';

/** `redline receiver`: takes alerts in, decides, rolls back, verifies, and keeps the record. */
export const registerReceiver: RegisterCommand = (program, context) => {
  program
    .command('receiver')
    .description('run the receiver: alerts in, rollbacks out')
    .option('--check', 'check the configuration, the token and the plans, and start nothing')
    .action(async (options: { check?: true }) => {
      const { loadConfig } = await import('../config/load.js');
      const { config, path } = loadConfig(context.configPath());
      if (options.check === true) {
        context.exit(await check(config));
        return;
      }
      context.exit(await run(config, path));
    });
};

async function check(config: Config): Promise<ExitCode> {
  const { checkPlans } = await import('../receiver/preflight.js');
  const { readSecret } = await import('../config/secret.js');
  readSecret(config.receiver.token_file, 'receiver.token_file');
  const problems = checkPlans(config);
  const lines = problems.length === 0 ? ['The receiver could start, and every plan could run.'] : problems;
  process.stdout.write(`${lines.join('\n')}\n`);
  return problems.length === 0 ? ExitCode.ok : ExitCode.refused;
}

/** Runs until a signal; a second one ends it at once, and what then still runs is taken up at the next start. */
async function run(config: Config, path: string | undefined): Promise<ExitCode> {
  const { keepHeapSmall } = await import('../platform/heap.js');
  keepHeapSmall();
  const { createLogger } = await import('../platform/log.js');
  const { terminationSignal, whenAborted } = await import('../platform/shutdown.js');
  const { Receiver } = await import('../receiver/receiver.js');
  const logger = createLogger('receiver');
  // What scripts and the receiver write can be read by the trading system, and changed by nobody else.
  process.umask(0o022);
  const receiver = await Receiver.start(config, logger);
  const { host, port } = receiver.address;
  logger.info({ host, port, mode: config.receiver.mode, config: path }, 'receiver listening');
  const ending = Promise.race([terminationSignal(), whenAborted(receiver.mustEnd)]);
  const { loadRedisClient } = await import('../rollback/redis-key.js');
  await loadRedisClient();
  const reason = await ending;
  // Why was logged already.
  if (reason === 'aborted') return ExitCode.failure;
  logger.info({ signal: reason }, 'stopping');
  await receiver.stop();
  return ExitCode.ok;
}
