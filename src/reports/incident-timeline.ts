import type { Deployment } from '../deployments/deployment.js';
import type { MethodRun, Rollback } from '../deployments/rollback.js';
import type { TimelineEntry } from './incident.js';
import { codeSpan, plainText } from './markdown.js';

/** Everything that is known of a rollback's course, from the declaration of its deployment on. */
export function rollbackTimeline(rollback: Rollback, deployment: Deployment | undefined): TimelineEntry[] {
  const { id, plan, started_at, ended_at, result, trigger, methods, evidence } = rollback;
  return [
    ...deploymentEntries(deployment),
    ...violationEntries(rollback),
    {
      at: started_at,
      text: `Decided${trigger.alertname === null ? ' by hand' : ''}: rollback ${codeSpan(id)}, plan ${codeSpan(plan)}`,
    },
    ...methods.flatMap(methodEntries),
    ...evidence.map(({ first_seen, alertname }) => ({
      at: first_seen,
      text: `Further violation: ${codeSpan(alertname)}`,
    })),
    ...(ended_at === null
      ? []
      : [{ at: ended_at, text: `Rollback over: ${result === 'failed' ? '**failed**' : (result ?? '')}` }]),
  ];
}

/** Its start, its declaration and its activation. */
export function deploymentEntries(deployment: Deployment | undefined): TimelineEntry[] {
  if (deployment === undefined) return [];
  const { activated_at } = deployment;
  return [
    ...startEntries(deployment),
    ...(activated_at === null ? [] : [{ at: activated_at, text: 'The engine ran with the change' }]),
  ];
}

/** One entry where it was declared as it began. */
function startEntries({ id, started_at, declared_at, operator }: Deployment): TimelineEntry[] {
  const deployment = `Deployment ${codeSpan(id)}`;
  const declared = `declared${operator === '' ? '' : ` by ${plainText(operator)}`}`;
  if (declared_at === null) return [{ at: started_at, text: `${deployment} began, ${declared}` }];
  if (declared_at - started_at < 1) return [{ at: started_at, text: `${deployment} ${declared}` }];
  return [
    { at: started_at, text: `${deployment} began` },
    { at: declared_at, text: `${deployment} ${declared}` },
  ];
}

function violationEntries({ trigger }: Rollback): TimelineEntry[] {
  const { alertname, startsAt, received_at, source } = trigger;
  if (alertname === null) return [];
  const way = source === 'webhook' ? 'received by webhook' : 'found at Prometheus';
  return [
    ...(startsAt === null ? [] : [{ at: startsAt, text: `Alert fired: ${codeSpan(alertname)}` }]),
    ...(received_at === undefined ? [] : [{ at: received_at, text: `Alert ${way}` }]),
  ];
}

function methodEntries(method: MethodRun): TimelineEntry[] {
  const { name, started_at, exited_at, ended_at, verification } = method;
  const failed = verification.filter(({ ok }) => !ok).length;
  const verified = failed > 0 ? `, **${failed} of ${verification.length} checks failed**` : '';
  const title = `Method ${plainText(name)}`;
  return [
    { at: started_at, text: `${title} started` },
    ...(exited_at === undefined ? [] : [{ at: exited_at, text: `${title} ended, verification began` }]),
    ...(ended_at === null ? [] : [{ at: ended_at, text: `${title} over: ${outcomeOf(method)}${verified}` }]),
  ];
}

function outcomeOf(method: MethodRun): string {
  const { verification } = method;
  const isVerified = verification.length > 0 && verification.every(({ ok }) => ok);
  return `${howItEnded(method)}${isVerified ? ', verified' : ''}`;
}

/** The end of a method's command in a few words. */
export function howItEnded({ exit_code, signal, timed_out, error, ended_at }: MethodRun): string {
  if (error !== '') return `**could not be started**: ${plainText(error)}`;
  if (timed_out) return '**ran out of time**';
  if (exit_code !== null) return exit_code === 0 ? 'exit code 0' : `**exit code ${exit_code}**`;
  if (signal !== null) return `**ended by ${plainText(signal)}**`;
  return ended_at === null ? 'not known, it was interrupted' : '**ended by a signal**';
}
