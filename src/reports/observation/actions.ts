import type { MethodRun, Rollback } from '../../deployments/rollback.js';
import { formatDuration } from '../../platform/duration.js';
import { formatTime } from '../numbers.js';
import { cell, section, table, type Cell, type Section } from '../playbook/document.js';
import type { Subject } from './subject.js';

/** What was done during an observation. */
export interface Actions {
  /** of this deployment, newest first */
  readonly rollbacks: readonly Rollback[];
  /** when Redline restarted something, Unix seconds, with the role of its unit */
  readonly restarts: readonly { readonly role: string; readonly at: number }[];
}

/** Rollbacks with their methods and verification, restarts by Redline, and what a person accepted. */
export function actionsSection({ rollbacks, restarts }: Actions, subject: Subject): Section {
  const { accepted, outcome, operator } = subject.deployment;
  const byPerson = [
    ...(accepted.length === 0
      ? []
      : [`Accepted at the start, and without effect until false once: ${accepted.join(', ')}.`]),
    ...(outcome === 'accepted' || outcome === 'abandoned'
      ? [`A person ended the observation ${formatTime(subject.closes)}: ${outcome}.`]
      : []),
  ];
  return section('Actions taken', {
    lead: byPerson.map((text) => cell(text)),
    tables: [
      table(
        'Rollbacks',
        ['Rollback', 'Trigger', 'Reason', 'Mode', 'Start (UTC)', '#Duration', 'Result'],
        rollbacks.map(rollbackRow),
        'None.',
      ),
      ...(rollbacks.length === 0
        ? []
        : [
            table(
              'Methods that were run',
              ['Method', 'Start (UTC)', 'Ended', 'Verification'],
              rollbacks.flatMap(({ methods }) => methods.map(methodRow)),
              'None.',
            ),
            table(
              'Further violations meanwhile',
              ['Time (UTC)', 'Alert', 'Description'],
              rollbacks.flatMap(({ evidence }) =>
                evidence.map(({ alertname, description, first_seen }) => [
                  cell(formatTime(first_seen)),
                  cell(alertname),
                  cell(description),
                ]),
              ),
              'None.',
            ),
          ]),
      table(
        'Starts and restarts',
        ['Time (UTC)', 'What'],
        [
          [cell(formatTime(subject.start)), cell(`Declared${operator === '' ? '' : ` by ${operator}`}`)],
          ...restarts.map(({ role, at }) => [cell(formatTime(at)), cell(`${role} restarted by Redline`)]),
        ],
        'None.',
      ),
    ],
  });
}

function rollbackRow({ id, trigger, mode, started_at, ended_at, result, note }: Rollback): Cell[] {
  const isGood = result === 'succeeded';
  return [
    cell(id),
    cell(trigger.alertname ?? `by hand${trigger.operator === '' ? '' : `, ${trigger.operator}`}`),
    cell(trigger.reason),
    cell(mode),
    cell(formatTime(started_at)),
    cell(ended_at === null ? 'not over' : formatDuration(Math.max(0, ended_at - started_at))),
    cell(`${result ?? 'not over'}${note === '' ? '' : ` (${note})`}`, isGood ? 'good' : 'bad'),
  ];
}

function methodRow(method: MethodRun): Cell[] {
  const { name, started_at, verification } = method;
  const failed = verification.filter(({ ok }) => !ok);
  return [
    cell(name),
    cell(formatTime(started_at)),
    cell(endText(method)),
    verification.length === 0
      ? cell('nothing was verified', 'dim')
      : cell(
          failed.length === 0
            ? `verified: ${verification.map(({ check }) => check).join('; ')}`
            : `FAILED: ${failed.map(({ check, detail }) => `${check}: ${detail}`).join('; ')}`,
          failed.length === 0 ? 'good' : 'bad',
        ),
  ];
}

function endText({ exit_code, signal, timed_out, error, started_at, ended_at }: MethodRun): string {
  if (ended_at === null) return 'not over';
  if (error !== '') return `could not be started: ${error}`;
  const took = `after ${formatDuration(Math.max(0, ended_at - started_at))}`;
  if (timed_out) return `ran out of time ${took}`;
  return exit_code === null ? `ended by ${signal ?? 'a signal'} ${took}` : `exit ${exit_code} ${took}`;
}
