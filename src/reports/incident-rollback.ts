import type { Deployment } from '../deployments/deployment.js';
import { noDeployment, type MethodRun, type Rollback, type Trigger } from '../deployments/rollback.js';
import { formatDuration } from '../platform/duration.js';
import type { Diagnostic, Incident } from './incident.js';
import { alertLines, severityOf } from './incident-trigger.js';
import { howItEnded, rollbackTimeline } from './incident-timeline.js';
import { codeBlock, codeSpan, lastPart, plainText } from './markdown.js';
import { formatTime, formatValue } from './numbers.js';

/** What is shown of a method's output: lines, and characters. */
const shownLines = 60;
const shownCharacters = 8000;

/**
 * The incident that a rollback is.
 * @param rollback one that has ended
 * @param deployment the one that was rolled back; undefined: none, or it is no longer known
 * @param now Unix seconds
 */
export function rollbackIncident(
  rollback: Rollback,
  deployment: Deployment | undefined,
  diagnostics: readonly Diagnostic[],
  now: number,
): Incident {
  const { id, plan, trigger, started_at, methods, evidence } = rollback;
  const subject = deployment === undefined ? `plan ${codeSpan(plan)}` : subjectOf(deployment);
  const cause = trigger.alertname === null ? 'by hand' : `after ${codeSpan(trigger.alertname)}`;
  return {
    title: `${subject} ${rollback.result === 'failed' ? 'NOT rolled back' : 'rolled back'} ${cause}`,
    began: trigger.startsAt ?? started_at,
    severity: trigger.alertname === null ? 'rolled back by hand' : severityOf(trigger.alert?.labels ?? {}),
    status: statusOf(rollback),
    impact: impactOf(rollback, deployment),
    timeline: rollbackTimeline(rollback, deployment),
    trigger: triggerLines(trigger),
    action: [`Rollback ${codeSpan(id)}, plan ${codeSpan(plan)}.`, ...methods.flatMap(methodLines)],
    verification: verificationOf(methods),
    evidence: evidence.map(
      ({ alertname, description, first_seen }) =>
        `${formatTime(first_seen)} ${codeSpan(alertname)}: ${plainText(description)}`,
    ),
    toDo: toDoOf(rollback, deployment),
    folder: id,
    diagnostics,
    writtenAt: now,
  };
}

/** `canary patchtst`, `calibration`. */
export function subjectOf({ kind, model }: Deployment): string {
  return model === '' ? kind : `${kind} ${plainText(model)}`;
}

function statusOf({ result, note }: Rollback): string {
  const said = note === '' ? '' : ` (${plainText(note)})`;
  return result === 'failed'
    ? `**OPEN: the rollback failed**${said}; the change may still be in force`
    : `rolled back and verified${said}; root cause open`;
}

function impactOf(rollback: Rollback, deployment: Deployment | undefined): string[] {
  const { trigger, ended_at, started_at } = rollback;
  const end = ended_at ?? started_at;
  const began = trigger.startsAt;
  return [
    deployment === undefined
      ? `Affected: ${rollback.deployment === noDeployment ? 'no declared deployment' : codeSpan(rollback.deployment)}.`
      : `Affected: ${subjectOf(deployment)}${deployment.weight === null ? '' : ` at ${formatValue(deployment.weight, 'share')} of the decisions`} (${codeSpan(deployment.id)}).`,
    ...(deployment === undefined
      ? []
      : [`The change was in force for ${formatDuration(Math.max(0, end - deployment.started_at))}.`]),
    ...(began === null
      ? []
      : [`From the violation to the end of the rollback: ${formatDuration(Math.max(0, end - began))}.`]),
    `The rollback took ${formatDuration(Math.max(0, end - started_at))}.`,
    'In money: _to be filled in._',
  ];
}

function triggerLines(trigger: Trigger): string[] {
  const { alertname, description, expression, alert, operator, reason, payload_sha256: digest } = trigger;
  const source = {
    webhook: 'a webhook of Alertmanager',
    reconciliation: 'the comparison with Prometheus',
    watchdog: 'the silence of Prometheus',
    recovery: 'an interrupted rollback',
    manual: 'a person',
  }[trigger.source];
  const came = [
    `- **Came by:** ${source}`,
    ...(digest === null ? [] : [`- **SHA-256 of its payload:** ${codeSpan(digest)}`]),
  ];
  if (alertname === null)
    return [
      ...came,
      `- **Who:** ${operator === '' ? 'not stated' : plainText(operator)}`,
      `- **Reason given:** ${plainText(reason)}`,
    ];
  const { labels, annotations } = alert ?? { labels: {}, annotations: {} };
  return [...came, ...alertLines({ alertname, description, expression, labels, annotations })];
}

function methodLines(method: MethodRun): string[] {
  const { name, argv, output, output_truncated, started_at, ended_at } = method;
  const took =
    ended_at === null
      ? ''
      : `; took ${formatDuration(Math.max(0, ended_at - started_at))} with its verification`;
  return [
    '',
    `### Method ${plainText(name)}`,
    '',
    `- **Command (argv):** ${codeSpan(JSON.stringify(argv))}`,
    `- **Ended:** ${howItEnded(method)}${took}`,
    ...(output.trim() === ''
      ? ['- **Output:** none']
      : [
          `- **Output, its end**${output_truncated ? ' (its middle was not kept)' : ''}:`,
          '',
          ...codeBlock(lastPart(output, shownLines, shownCharacters)),
        ]),
  ];
}

function verificationOf(methods: readonly MethodRun[]): string[] {
  const lines = methods.flatMap(({ name, verification }) =>
    verification.map(
      ({ check, ok, detail }) =>
        `${ok ? 'ok' : '**FAILED**'}: ${plainText(check)}: ${plainText(detail)} (method ${plainText(name)})`,
    ),
  );
  return lines.length > 0 ? lines : ['Nothing was verified.'];
}

function toDoOf({ plan, result, trigger, evidence }: Rollback, deployment: Deployment | undefined): string[] {
  return [
    ...(result === 'failed'
      ? ['Bring the trading system into a known state by hand; look at engine and files first']
      : []),
    'Find the root cause, and write it down above',
    ...(trigger.alertname === null
      ? []
      : [`Change what made ${codeSpan(trigger.alertname)} fire; it must be silent on the old state`]),
    ...(evidence.length === 0 ? [] : ['Explain each of the further violations too']),
    ...(deployment?.kind === 'calibration'
      ? ['Correct the calibration, and capture a fresh baseline: `redline deploy prepare calibration`']
      : []),
    ...(deployment?.kind === 'canary' ? ['Pass the gate anew: `redline gate`'] : []),
    ...(plan === 'go-live'
      ? [
          'Look at the exchange for open positions and orders: real trading was stopped, and what was open is open',
          'Test the fix on paper, activate real trading again, and declare it anew: `redline deploy start go-live --operator NAME`',
        ]
      : []),
    ...(plan === 'production'
      ? [
          'Look at the exchange for open positions and orders: the trading system is stopped',
          'Test the fix, start the trading system again, and declare it anew: `redline deploy start production`',
        ]
      : []),
    ...(plan === 'go-live'
      ? [
          'Look at the exchange for open positions and orders: real trading is off, what is open stays open',
          'Look at each method that did not do it, and mend it: `redline check`',
          'Activate it again only after the acceptance of phase 1: `redline promote check`, then `redline deploy start go-live`',
        ]
      : []),
    'Decide whether a limit or a check has to change',
  ];
}
