import { execFile } from 'node:child_process';
import { access, constants, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { Config } from '../config/schema.js';
import { errorMessage, UserError } from '../platform/errors.js';
import type { CheckLine } from '../reports/check-lines.js';
import { preparePlan, programProblem, type PreparedMethod } from '../rollback/plans.js';

const run = promisify(execFile);
const syntaxCheckSeconds = 10;

/**
 * Whether a rollback could run now: each method's program is there, may be executed, and is valid shell where it is a
 * shell script; and so are the programs of its verification.
 * @param engineUnit for the plan's variables
 */
export async function preflightPlan(config: Config, name: string, engineUnit: string): Promise<CheckLine[]> {
  const what = `rollback plan ${name}`;
  try {
    const plan = preparePlan(config, name, engineUnit);
    const problems = (await Promise.all(plan.methods.map(methodProblems))).flat();
    if (problems.length > 0) {
      const todo = `Mend it, or change rollbacks.${name}: a violation could not be rolled back.`;
      return problems.map((detail) => ({ what, level: 'fail', detail, todo }));
    }
    const methods = plan.methods.map((method) => `${method.name} (${method.argv.join(' ')})`).join(', then ');
    return [
      { what, level: 'ok', detail: `${methods}: executable and valid` },
      ...unverified(what, plan.methods),
    ];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ what, level: 'fail', detail: error.message }];
  }
}

async function methodProblems(method: PreparedMethod): Promise<string[]> {
  const program = method.argv[0] ?? '';
  const missing = programProblem(program);
  const checks = method.verify.flatMap((check) => ('command' in check ? [check.command[0] ?? ''] : []));
  return [
    missing ?? (await shellProblem(program)),
    ...checks.map((command) => programProblem(command)),
  ].filter((problem) => problem !== undefined);
}

function unverified(what: string, methods: readonly PreparedMethod[]): CheckLine[] {
  return methods
    .filter(({ verify }) => verify.length === 0)
    .map(({ name }) => ({
      what,
      level: 'warn',
      detail: `${name} has no verification: exit code 0 is all that will tell that it worked`,
      todo: 'Give it a verify list.',
    }));
}

/** What the shell says of a script, without running it; undefined where it is valid, or no shell script. */
async function shellProblem(program: string): Promise<string | undefined> {
  if (!program.includes('/')) return undefined;
  const shell = /^#!\s*\S*\/(?:env\s+(?:-S\s+)?)?(bash|dash|sh)\b/.exec(await firstBytes(program))?.[1];
  if (shell === undefined) return undefined;
  try {
    await run(shell, ['-n', program], { timeout: syntaxCheckSeconds * 1000 });
    return undefined;
  } catch (error) {
    const said = errorMessage(error).split('\n').slice(1).join(' ').trim();
    return `${program} is not valid ${shell}: ${said === '' ? errorMessage(error) : said}`;
  }
}

async function firstBytes(path: string): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return '';
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(256), 0, 256, 0);
    return buffer.toString('utf8', 0, bytesRead).split('\n')[0] ?? '';
  } finally {
    await file.close();
  }
}

/** Whether a file could be written at a path: it is writable, or the nearest folder above it that exists is. */
export async function canWrite(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return dirname(path) !== path && canCreateBelow(dirname(path));
  return isWritable(path);
}

async function canCreateBelow(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => undefined);
  if (found !== undefined) return found.isDirectory() && (await isWritable(folder));
  return dirname(folder) !== folder && canCreateBelow(dirname(folder));
}

async function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}
