import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Config } from '../../config/schema.js';
import { readSecrets } from '../../config/secret.js';
import { resolveEngineUnit } from '../../deployments/engine-unit.js';
import { kindOfPlan } from '../../deployments/plan-kinds.js';
import { planProgram } from '../../deployments/plan-program.js';
import { UserError } from '../../platform/errors.js';
import { createLogger } from '../../platform/log.js';
import type { CheckLine } from '../../reports/check-lines.js';
import { describeTarget } from '../../config/redis-options.js';
import type { RedisClient } from '../../config/redis-client.js';
import { RedisSource } from '../../sources/redis.js';
import { SourceError } from '../../sources/source-error.js';
import { canWrite, preflightPlan } from '../plan-preflight.js';

/**
 * Every plan: could it run now? That of production is set up by those alone who declare production.
 * @param isProduction whether production is under observation
 */
export async function checkPlans(config: Config, isProduction: boolean): Promise<CheckLine[]> {
  const unit = await resolveEngineUnit(config);
  const lines = await Promise.all(
    Object.entries(config.rollbacks).map(async ([name, plan]) =>
      kindOfPlan(name) === 'production' && !isProduction && !existsSync(planProgram(config, plan))
        ? [notSetUp(name)]
        : await preflightPlan(config, name, unit),
    ),
  );
  return lines.flat();
}

function notSetUp(name: string): CheckLine {
  return {
    what: `rollback plan ${name}`,
    level: 'ok',
    detail: 'not set up, so that production cannot be declared (docs/production.md)',
  };
}

/** The trading system's folder, the state directory and the token. */
export async function checkFiles(config: Config): Promise<CheckLine[]> {
  return Promise.all([rootLine(config), stateLine(config), tokenLine(config)]);
}

async function rootLine({ files }: Config): Promise<CheckLine> {
  const what = 'trading system';
  const found = await stat(files.root).catch(() => undefined);
  if (found?.isDirectory() === true) return { what, level: 'ok', detail: files.root };
  return { what, level: 'fail', detail: `${files.root} is no folder`, todo: 'Set files.root to its folder.' };
}

async function stateLine({ state }: Config): Promise<CheckLine> {
  const what = 'state directory';
  if (await canWrite(state.directory)) return { what, level: 'ok', detail: `${state.directory} is writable` };
  return {
    what,
    level: 'fail',
    detail: `${state.directory} cannot be written by this user`,
    todo: 'Nothing could be put on record. Change its owner, or set state.directory.',
  };
}

/** Nothing slows down a program that guesses: 16 random letters of base64 are 96 bits, too many to try. */
const shortestToken = 16;

async function tokenLine({ receiver }: Config): Promise<CheckLine> {
  const what = 'receiver token';
  const path = receiver.token_file;
  try {
    const tokens = readSecrets(path, 'receiver.token_file');
    const { mode } = await stat(path);
    if ((mode & 0o007) !== 0) {
      const detail = `${path} may be read by every user of this machine (mode ${(mode & 0o777).toString(8)})`;
      return { what, level: 'fail', detail, todo: `chmod 640 ${path}` };
    }
    const shortest = Math.min(...tokens.map((token) => token.length));
    if (shortest >= shortestToken)
      return { what, level: 'ok', detail: `${path} is readable, and not by everybody` };
    const detail = `${path} holds one of ${shortest} characters: whoever reaches the receiver could guess it`;
    return { what, level: 'warn', detail, todo: `openssl rand -hex 32 > ${path}, for Alertmanager too` };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { what, level: 'fail', detail: error.message };
  }
}

/** Whether Redis answers with the configured credentials, and the stream is there. */
export async function checkRedis(config: Config): Promise<CheckLine> {
  const stream = config.redis.streams.trade_intent;
  return lookIntoRedis(config, async (client, where) => {
    const length = await client.xlen(stream);
    return length > 0
      ? { what: redis, level: 'ok', detail: `answers at ${where}; ${stream} has ${length} entries` }
      : {
          what: redis,
          level: 'warn',
          detail: `answers at ${where}; ${stream} is empty`,
          todo: 'The trading system writes nothing there, or redis.streams.trade_intent names another.',
        };
  });
}

/** Whether Redis answers with the configured credentials, whatever it holds. */
export async function checkRedisAnswers(config: Config): Promise<CheckLine> {
  return lookIntoRedis(config, async (client, where) => {
    await client.ping();
    return { what: redis, level: 'ok', detail: `answers at ${where}` };
  });
}

const redis = 'Redis';

async function lookIntoRedis(
  config: Config,
  look: (client: RedisClient, where: string) => Promise<CheckLine>,
): Promise<CheckLine> {
  try {
    const where = describeTarget(config.redis);
    const source = new RedisSource(config.redis, createLogger('check', 'silent'));
    try {
      return await source.ask(AbortSignal.timeout(5000), (client) => look(client, where));
    } finally {
      await source.close();
    }
  } catch (error) {
    if (!(error instanceof SourceError) && !(error instanceof UserError)) throw error;
    return {
      what: redis,
      level: 'fail',
      detail: error.message,
      todo: 'Start it, or correct redis.url and its password.',
    };
  }
}
