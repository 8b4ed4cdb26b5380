import type { Deployment } from '../../deployments/deployment.js';
import { formatDuration } from '../../platform/duration.js';
import { formatTime } from '../numbers.js';
import { valueOfAnswer } from './answer.js';
import type { Guard } from './guard.js';
import type { ShownRollback, StatusView } from './status-view.js';

/** How something stands out. `quiet`: nothing happens, and nothing needs to. */
export type Tone = 'bad' | 'warn' | 'good' | 'quiet';

/** What is to be known before anything else: the gravest thing that is true. */
export interface Headline {
  readonly tone: Tone;
  readonly title: string;
  readonly detail: string;
}

/** A rollback that is over is the news of the page for so long, seconds. */
const newsFor = 3600;

type Finding = (view: StatusView) => Headline | undefined;

/** The gravest first; the last always applies. */
const findings: readonly Finding[] = [
  rollingBack,
  rollbackFailed,
  switchedOff,
  unjudged,
  criticalAlerts,
  standby,
  shadow,
  unknownChecks,
  warnings,
  rolledBack,
];

export function headlineOf(view: StatusView): Headline {
  for (const finding of findings) {
    const headline = finding(view);
    if (headline !== undefined) return headline;
  }
  return calm(view);
}

/** `canary patchtst`, `go-live`. */
export function deploymentName({ kind, model }: Pick<Deployment, 'kind' | 'model'>): string {
  return model === '' ? kind : `${kind} ${model}`;
}

/** What started a rollback, in one line. */
export function causeOf({ trigger }: Pick<ShownRollback, 'trigger'>): string {
  if (trigger.alertname !== null) return `${trigger.alertname}: ${trigger.reason}`;
  return `by hand${trigger.operator === '' ? '' : ` by ${trigger.operator}`}: ${trigger.reason}`;
}

function rollingBack({ rollbacks }: StatusView): Headline | undefined {
  const running = rollbacks.find(({ result }) => result === null);
  if (running === undefined) return undefined;
  return { tone: 'bad', title: `Rolling back now: plan ${running.plan}`, detail: causeOf(running) };
}

function rollbackFailed({ rollbacks, open }: StatusView): Headline | undefined {
  const failed = rollbacks.find(
    (rollback, index) =>
      rollback.result === 'failed' &&
      !rollbacks.slice(0, index).some(({ plan, result }) => plan === rollback.plan && result === 'succeeded'),
  );
  if (failed === undefined) return undefined;
  // Whoever declared the next deployment has seen it.
  const ended = failed.ended_at ?? failed.started_at;
  if (open.some(({ id, started_at: start }) => id !== failed.deployment && start > ended)) return undefined;
  return {
    tone: 'bad',
    title: `The rollback FAILED: plan ${failed.plan}`,
    detail: `The change may still be in force. ${causeOf(failed)}`,
  };
}

function switchedOff({ killSwitch }: StatusView): Headline | undefined {
  if (!killSwitch.on) return undefined;
  const by = killSwitch.operator === '' ? '' : ` by ${killSwitch.operator}`;
  return {
    tone: 'bad',
    title: 'Switched off: nothing is rolled back by itself',
    detail: `Kill switch on since ${formatTime(killSwitch.since ?? undefined)}${by}: ${killSwitch.reason}`,
  };
}

function unjudged({ judged, open }: StatusView): Headline | undefined {
  if (judged.state === 'unknown')
    return {
      tone: open.length > 0 ? 'bad' : 'warn',
      title: 'Nothing is known: Prometheus does not say',
      detail: judged.reason,
    };
  if (judged.value.knownRules > 0) return undefined;
  return {
    tone: open.length > 0 ? 'bad' : 'warn',
    title: 'Nothing is judged: Prometheus knows no rule',
    detail: 'Load the rules of prometheus/rules; silence says nothing until then.',
  };
}

function firingOf(view: StatusView, severity: string): string[] {
  const firing = valueOfAnswer(view.judged)?.firing ?? [];
  return [
    ...new Set(firing.filter((alert) => alert.severity === severity).map(({ alertname }) => alertname)),
  ];
}

function criticalAlerts(view: StatusView): Headline | undefined {
  const names = firingOf(view, 'critical');
  if (names.length === 0) return undefined;
  const title = names.length === 1 ? 'A critical alert fires' : `${names.length} critical alerts fire`;
  return { tone: 'bad', title, detail: names.join(', ') };
}

function standby({ refusal }: StatusView): Headline | undefined {
  return refusal === null
    ? undefined
    : { tone: 'warn', title: 'Standing by: this receiver starts nothing', detail: refusal };
}

function shadow({ mode, open }: StatusView): Headline | undefined {
  if (mode === 'auto' || open.length === 0) return undefined;
  return {
    tone: 'warn',
    title: 'Shadow mode: nothing is rolled back',
    detail: 'Violations are decided and recorded, and no script is run.',
  };
}

function unknownChecks({ judged }: StatusView): Headline | undefined {
  const blind = (valueOfAnswer(judged)?.groups ?? [])
    .flatMap(({ checks }) => checks)
    .filter(({ state, rollback }) => state === 'unknown' && rollback !== '');
  if (blind.length === 0) return undefined;
  return {
    tone: 'warn',
    title: blind.length === 1 ? 'A check cannot be judged' : `${blind.length} checks cannot be judged`,
    detail: `${blind.map(({ alertname }) => alertname).join(', ')}. Unknown is not well.`,
  };
}

function warnings(view: StatusView): Headline | undefined {
  const names = firingOf(view, 'warning');
  if (names.length === 0) return undefined;
  return {
    tone: 'warn',
    title: names.length === 1 ? 'A warning fires' : `${names.length} warnings fire`,
    detail: names.join(', '),
  };
}

function rolledBack({ rollbacks, open, at }: StatusView): Headline | undefined {
  const [newest] = rollbacks;
  if (newest?.result !== 'succeeded' || newest.ended_at === null) return undefined;
  const { ended_at: ended, started_at: started } = newest;
  if (at - ended > newsFor || open.some(({ started_at: start }) => start > ended)) return undefined;
  return {
    tone: 'good',
    title: `Rolled back and verified in ${formatDuration(ended - started)}`,
    detail: causeOf(newest),
  };
}

function calm({ open, guards, lastEnded }: StatusView): Headline {
  if (open.length === 0)
    return {
      tone: 'quiet',
      title: 'Nothing is under observation',
      detail:
        lastEnded === null
          ? 'A deployment is declared with redline canary activate or redline deploy start.'
          : `Last: ${deploymentName(lastEnded)}, ${(lastEnded.outcome ?? '').replace('_', ' ')} ${formatTime(lastEnded.ends_at ?? undefined)}`,
    };
  const names = open.map(deploymentName).join(' and ');
  const unarmed = guards.filter((guard) => isOpen(guard, open) && guard.state !== 'armed');
  if (unarmed.length > 0)
    return { tone: 'warn', title: `Not armed: ${names}`, detail: unarmed.map(({ text }) => text).join(' ') };
  return {
    tone: 'good',
    title: `All quiet: ${names}`,
    detail: 'Armed: a violation is rolled back by itself.',
  };
}

function isOpen(guard: Guard, open: readonly Deployment[]): boolean {
  return open.some(({ id }) => id === guard.deployment);
}
