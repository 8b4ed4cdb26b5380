import type { MethodRun, Rollback } from '../deployments/rollback.js';
import { formatDuration } from '../platform/duration.js';
import { formatTime } from './numbers.js';
import type { Paint } from './paint.js';
import { printable } from './text.js';

/** Lines of a method's output that are shown where it failed. */
const shownOutput = 12;

/** How a rollback ended, and what each of its methods did. */
export function renderRollback(rollback: Rollback, paint: Paint): string {
  const { id, plan, deployment, trigger, started_at, ended_at, methods } = rollback;
  const why =
    trigger.alertname === null ? `by hand: ${trigger.reason}` : `${trigger.alertname}: ${trigger.reason}`;
  return `${[
    headingOf(rollback, paint),
    '',
    `  Rollback    ${id} (plan ${plan})`,
    `  Deployment  ${deployment}`,
    `  Why         ${printable(why)}`,
    `  Started     ${formatTime(started_at)}${ended_at === null ? '' : `, took ${formatDuration(ended_at - started_at)}`}`,
    ...(rollback.note === '' ? [] : [`  Note        ${printable(rollback.note)}`]),
    ...methods.flatMap((method) => ['', ...methodLines(method, paint)]),
    ...(rollback.result === 'failed'
      ? ['', 'The change may still be in force. Look at the engine and its configuration now.']
      : []),
  ].join('\n')}\n`;
}

/** The same in one line. */
export function rollbackLine({ id, result, trigger, started_at, ended_at }: Rollback): string {
  const cause = trigger.alertname ?? 'by hand';
  const took = ended_at === null ? 'running' : `in ${formatDuration(ended_at - started_at)}`;
  return `${result ?? 'not over'} ${took}, ${formatTime(started_at)}, ${printable(cause)}: ${printable(trigger.reason)} (${id})`;
}

function headingOf({ result }: Rollback, paint: Paint): string {
  switch (result) {
    case 'succeeded':
      return paint.good('✅ Rollback completed successfully, and verified');
    case 'failed':
      return paint.bad('❌ ROLLBACK FAILED');
    case 'shadow':
      return paint.warn('Shadow mode: the rollback was recorded, and nothing was run');
    case null:
      return paint.warn('The rollback is not over');
  }
}

function methodLines(method: MethodRun, paint: Paint): string[] {
  const failed = method.exit_code !== 0 || method.verification.some(({ ok }) => !ok);
  return [
    `  ${paint.strong(method.name)}: ${method.argv.map(printable).join(' ')}`,
    `    ${endOf(method)}`,
    ...method.verification.map(
      ({ check, ok, detail }) =>
        `    ${ok ? paint.good('ok  ') : paint.bad('FAIL')} ${printable(check)}: ${printable(detail)}`,
    ),
    ...(failed ? lastLines(method.output).map((line) => `    | ${printable(line)}`) : []),
  ];
}

function endOf({ exit_code, signal, timed_out, error, started_at, ended_at }: MethodRun): string {
  if (ended_at === null) return 'still runs';
  if (error !== '') return `could not be started: ${printable(error)}`;
  const took = `after ${formatDuration(ended_at - started_at)}`;
  if (timed_out) return `ran out of time ${took}`;
  return exit_code === null ? `ended by ${signal ?? 'a signal'} ${took}` : `exit ${exit_code} ${took}`;
}

function lastLines(output: string): string[] {
  return output.trimEnd() === '' ? [] : output.trimEnd().split('\n').slice(-shownOutput);
}

/** What a rollback would run, for --dry-run. */
export function renderRollbackDryRun(plan: {
  readonly name: string;
  readonly methods: readonly { readonly name: string; readonly argv: readonly string[] }[];
}): string {
  return `${[
    `DRY RUN: nothing was run. The plan ${plan.name} runs, each only where the one before it did not do it:`,
    '',
    ...plan.methods.map(({ name, argv }) => `  ${name}: ${argv.join(' ')}`),
  ].join('\n')}\n`;
}
