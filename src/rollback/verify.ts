import { lstat, readFile } from 'node:fs/promises';
import type { Verification } from '../config/schema.js';
import type { CheckResult } from '../deployments/rollback.js';
import { errorCode, errorMessage } from '../platform/errors.js';
import { poll } from '../platform/poll.js';
import { runCommand } from '../platform/run-command.js';

/** How often a check that does not hold yet is asked again, seconds. */
const askEvery = 0.2;
/** Longest time one question may take, seconds, where less is not left. */
const questionTimeout = 10;

/** What a check may need to ask. */
export interface VerifyContext {
  /** program that knows the units */
  readonly systemctl: string;
  /** working directory and environment of commands */
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** reads a key of Redis as text; undefined where there is no such key */
  readonly readRedisKey: (key: string) => Promise<string | undefined>;
}

interface Finding {
  readonly ok: boolean;
  readonly detail: string;
}

/**
 * Looks at the actual state: each check is asked until it holds or time is up.
 * @param timeoutSeconds for all of them, which are asked side by side
 * @returns one result a check, in their order; never throws
 */
export async function verifyState(
  checks: readonly Verification[],
  context: VerifyContext,
  timeoutSeconds: number,
): Promise<CheckResult[]> {
  const deadline = performance.now() + timeoutSeconds * 1000;
  return Promise.all(
    checks.map(async (check) => {
      let last: Finding = { ok: false, detail: 'not asked' };
      await poll(
        async () => {
          const left = Math.max((deadline - performance.now()) / 1000, 1);
          last = await ask(check, context, Math.min(left, questionTimeout));
          return last.ok ? last : undefined;
        },
        timeoutSeconds,
        askEvery,
      );
      return { check: describeCheck(check), ...last };
    }),
  );
}

/** A check in the words of the configuration. */
export function describeCheck(check: Verification): string {
  if ('unit_active' in check) return `unit_active ${check.unit_active}`;
  if ('file_absent' in check) return `file_absent ${check.file_absent}`;
  if ('file_present' in check) return `file_present ${check.file_present}`;
  if ('same_content' in check) return `same_content ${check.same_content.join(' ')}`;
  if ('http_ok' in check) return `http_ok ${check.http_ok}`;
  if ('redis_key' in check) {
    return `redis_key ${check.redis_key}${check.value === undefined ? '' : ` = ${check.value}`}`;
  }
  return `command ${check.command.join(' ')}`;
}

async function ask(check: Verification, context: VerifyContext, timeoutSeconds: number): Promise<Finding> {
  try {
    if ('unit_active' in check) return await askUnit(check.unit_active, context, timeoutSeconds);
    if ('file_absent' in check) return await askFile(check.file_absent, false);
    if ('file_present' in check) return await askFile(check.file_present, true);
    if ('same_content' in check) return await compareFiles(...check.same_content);
    if ('http_ok' in check) return await askHttp(check.http_ok, timeoutSeconds);
    if ('redis_key' in check) return await askRedis(check.redis_key, check.value, context);
    return await askCommand(check.command, context, timeoutSeconds);
  } catch (error) {
    return { ok: false, detail: errorMessage(error) };
  }
}

async function askUnit(unit: string, context: VerifyContext, timeoutSeconds: number): Promise<Finding> {
  const { ok } = await askCommand([context.systemctl, 'is-active', '--quiet', unit], context, timeoutSeconds);
  return { ok, detail: ok ? 'active' : 'not active' };
}

async function askCommand(
  argv: readonly string[],
  { cwd, environment }: VerifyContext,
  timeoutSeconds: number,
): Promise<Finding> {
  const end = await runCommand({ argv, cwd, environment, stdin: '', timeoutSeconds });
  if (end.error !== '') return { ok: false, detail: end.error };
  if (end.timed_out) return { ok: false, detail: 'no answer in time' };
  const said = end.output.trim().slice(0, 200);
  const how = end.exit_code === null ? `ended by ${end.signal ?? 'a signal'}` : `exit ${end.exit_code}`;
  return { ok: end.exit_code === 0, detail: said === '' ? how : `${how}: ${said}` };
}

async function askFile(path: string, wanted: boolean): Promise<Finding> {
  const exists = await isThere(path);
  return { ok: exists === wanted, detail: exists ? 'it exists' : 'it does not exist' };
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}

async function compareFiles(first: string, second: string): Promise<Finding> {
  const [one, other] = await Promise.all([readFile(first), readFile(second)]);
  const same = one.equals(other);
  return { ok: same, detail: same ? 'the same bytes' : 'they differ' };
}

async function askHttp(url: string, timeoutSeconds: number): Promise<Finding> {
  const response = await fetch(url, {
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutSeconds * 1000),
  });
  await response.body?.cancel();
  return { ok: response.ok, detail: `HTTP ${response.status}` };
}

async function askRedis(key: string, wanted: string | undefined, context: VerifyContext): Promise<Finding> {
  const value = await context.readRedisKey(key);
  if (value === undefined) return { ok: false, detail: 'no such key' };
  if (wanted === undefined) return { ok: true, detail: 'it exists' };
  return { ok: value === wanted, detail: `it is ${JSON.stringify(value.slice(0, 200))}` };
}
