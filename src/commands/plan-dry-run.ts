import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/schema.js';
import { errorMessage, UserError } from '../platform/errors.js';
import { packageRoot } from '../platform/package-root.js';
import { runCommand } from '../platform/run-command.js';
import type { CheckLine } from '../reports/check-lines.js';
import { printable } from '../reports/text.js';
import { preparePlan, type PreparedMethod } from '../rollback/plans.js';
import { scriptEnvironment } from '../rollback/script-environment.js';

/** The scripts that are known to change nothing with `--dry-run`. */
const ownScripts = [
  'production.sh',
  'go-live-marker.sh',
  'go-live-ess.sh',
  'go-live-deactivate.sh',
  'go-live-config.sh',
].map((name) => join(packageRoot, 'rollback', name));
/** Longest time that one may take, seconds: it may ask a database or a backend. */
const timeout = 30;
/** Longest part of what it said that is shown, characters. */
const shown = 500;

/**
 * Tries each method of a plan with `--dry-run`, as the receiver would run it. Another script than Redline's own is left
 * alone: who knows what it takes that word for.
 * @returns nothing where the plan itself cannot be used, which its preflight says
 */
export async function dryRunLines(config: Config, name: string, engineUnit: string): Promise<CheckLine[]> {
  try {
    const plan = preparePlan(config, name, engineUnit);
    const environment = scriptEnvironment(config, engineUnit, plan.environment, {
      rollback: '',
      plan: name,
      deployment: '',
      model: '',
      trigger: 'manual',
      alertname: '',
      reason: 'dry run',
      operator: '',
      alert: null,
    });
    return await Promise.all(plan.methods.map((method) => dryRunLine(config, method, environment)));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [];
  }
}

async function dryRunLine(
  { files }: Config,
  { name, argv }: PreparedMethod,
  environment: Readonly<Record<string, string>>,
): Promise<CheckLine> {
  const what = `dry run of ${name}`;
  const [program = '', ...own] = await Promise.all([argv[0] ?? '', ...ownScripts].map(realPath));
  if (!own.includes(program))
    return { what, level: 'ok', detail: `not tried: ${argv[0] ?? ''} is no script of Redline's` };
  const { error, exit_code, timed_out, output } = await runCommand({
    argv: [...argv, '--dry-run'],
    cwd: files.root,
    environment,
    stdin: '',
    timeoutSeconds: timeout,
  });
  const said = printable(output.trim().split('\n').slice(-3).join('; ').slice(0, shown));
  if (error === '' && exit_code === 0) {
    const warnings = output.split('\n').filter((line) => line.includes('As it is now'));
    return warnings.length === 0
      ? { what, level: 'ok', detail: 'every step could be taken; nothing was changed' }
      : { what, level: 'ok', detail: printable(warnings.join('; ').slice(0, shown)) };
  }
  const how = timed_out
    ? `no end in ${timeout} s`
    : error === ''
      ? `exit code ${exit_code ?? 'none'}`
      : error;
  return {
    what,
    level: 'fail',
    detail: `${how}${said === '' ? '' : `: ${said}`}`,
    todo: 'Mend it: a violation could not be rolled back. The script tells every setting with --help.',
  };
}

/** @returns the path itself where it leads nowhere */
async function realPath(path: string): Promise<string> {
  return realpath(path).catch((error: unknown) => `${path}: ${errorMessage(error)}`);
}
