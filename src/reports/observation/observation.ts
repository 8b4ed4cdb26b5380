import type { AlertingRule, PrometheusClient } from '../../alerts/prometheus.js';
import type { Rollback } from '../../deployments/rollback.js';
import { receiverMetric } from '../../names.js';
import { Enquiry } from '../playbook/enquiry.js';
import { readFiredAlerts, type FiredAlert } from '../playbook/fired-alerts.js';
import type { Actions } from './actions.js';
import { readBackendState, type BackendState } from './backend-state.js';
import { conclude, type Conclusion } from './conclusion.js';
import { readEngineState, type EngineState } from './engine-state.js';
import type { ObservationForm } from './form.js';
import { goLiveForm } from './go-live-form.js';
import { readJudgedValues, type JudgedValues } from './judged-values.js';
import { kindFacts } from './kinds.js';
import type { NotedValue } from './log.js';
import { looksOf, type Look } from './looks.js';
import { readNotedValues } from './noted-values.js';
import { runbookForm } from './runbook-form.js';
import { readSight, type Sight } from './sight.js';
import type { Subject } from './subject.js';

/** All that a report says of an observation. What is undefined, Prometheus does not say. */
export interface Observation {
  readonly subject: Subject;
  readonly form: ObservationForm;
  readonly looks: readonly Look[];
  /** all that Prometheus knows */
  readonly rules: readonly AlertingRule[];
  readonly values: readonly JudgedValues[];
  readonly noted: readonly NotedValue[];
  /** of a go-live at T+0 */
  readonly backend: BackendState | undefined;
  /** the same at the end of what is known */
  readonly backendNow: BackendState | undefined;
  /** of a canary or calibration at T+0 */
  readonly engine: EngineState | undefined;
  readonly sight: Sight;
  /** alerts of the runbook about this deployment, and of its missing inputs */
  readonly own: readonly FiredAlert[];
  /** whatever else fired meanwhile */
  readonly others: readonly FiredAlert[];
  /** alerts that were found and are not told */
  readonly leftOut: number;
  readonly actions: Actions;
  readonly conclusion: Conclusion;
  /** questions that Prometheus refused, by its reasons */
  readonly unanswered: readonly string[];
}

/** Alerts are looked for from before the start, so that one that fired before it is told from one of its first minutes. Seconds. */
const lookBack = 900;
/** An alert of a pass is shown for a day. */
const passShown = 86_400;

/**
 * Asks Prometheus everything about an observation.
 * @param allRollbacks of any deployment, as the receiver knows them
 * @throws PrometheusError where it does not answer at all
 */
export async function readObservation(
  prometheus: PrometheusClient,
  subject: Subject,
  allRollbacks: readonly Rollback[],
): Promise<Observation> {
  const { kind, deployment, start, end } = subject;
  const { runbook } = kindFacts[kind];
  const allRules = await prometheus.alertingRules();
  const rules = allRules.filter(({ labels }) => labels.runbook === runbook);
  const looks = looksOf(subject);
  const enquiry = new Enquiry(prometheus, end);
  const enquiries = looks.map(({ asked }) => new Enquiry(prometheus, asked));
  const first = enquiries[0] ?? enquiry;
  const rollbacks = allRollbacks.filter((rollback) => rollback.deployment === deployment.id);
  const [values, noted, backend, backendNow, engine, sight, fired, restarts, isCalledPassed] =
    await Promise.all([
      readJudgedValues(enquiry, enquiries, judgedRules(rules, kindFacts[kind].passed), subject, looks),
      readNotedValues(enquiries, looks, subject),
      kind === 'go-live' ? readBackendState(first) : undefined,
      kind === 'go-live' ? readBackendState(enquiry) : undefined,
      kind === 'go-live' ? undefined : readEngineState(first),
      readSight(enquiry, subject),
      readFiredAlerts(
        enquiry,
        { hours: (end - start + lookBack) / 3600, start: start - lookBack, end },
        allRules,
      ),
      readRestarts(enquiry, subject),
      readPass(prometheus, subject),
    ]);
  // It went away in between: what was not answered would look like what is not there.
  await prometheus.query('vector(1)');
  const during = fired.episodes.filter((episode) => episode.end >= start);
  const own = during.filter((episode) => isOwn(episode, subject, runbook));
  return {
    subject,
    form:
      kind === 'go-live'
        ? goLiveForm
        : runbookForm(rules, runbook, { model: deployment.model, isRolledBack: rollbacks.length > 0 }),
    looks,
    rules: allRules,
    values,
    noted,
    backend,
    backendNow,
    engine,
    sight,
    own,
    others: during.filter((episode) => !own.includes(episode)),
    leftOut: fired.leftOut,
    actions: { rollbacks, restarts },
    conclusion: conclude({
      subject,
      episodes: own.filter((episode) => episode.runbook === runbook),
      rollbacks,
      isCalledPassed,
    }),
    unanswered: [...new Set([enquiry, ...enquiries].flatMap(({ unanswered }) => unanswered))],
  };
}

/** The pass itself is the conclusion, not a value of the log. */
function judgedRules(rules: readonly AlertingRule[], passed: string): AlertingRule[] {
  return rules.filter(({ name }) => name !== passed);
}

/** Whether an alert is about this deployment: by its runbook, or because it names it; one of another deployment is not. */
export function isOwn(
  { runbook: ownRunbook, labels }: Pick<FiredAlert, 'runbook' | 'labels'>,
  { deployment: { id } }: Subject,
  runbook: string,
): boolean {
  return labels.deployment === id || (labels.deployment === undefined && ownRunbook === runbook);
}

async function readRestarts(enquiry: Enquiry, { start, end }: Subject): Promise<Actions['restarts']> {
  const range = `${Math.max(1, Math.ceil(end - start))}s`;
  const newest = await enquiry.samples(`last_over_time(${receiverMetric.restart}[${range}])`);
  return newest
    .filter(({ value }) => value >= start && value <= end)
    .map(({ labels, value }) => ({ role: labels.role ?? 'a unit', at: value }));
}

/** Whether the alert of a pass was seen to fire, up to a day after the end. */
async function readPass(
  prometheus: PrometheusClient,
  { kind, deployment, end, now }: Subject,
): Promise<boolean> {
  const until = Math.min(now, end + passShown);
  if (until <= end) return false;
  const labels = `alertname="${kindFacts[kind].passed}",alertstate="firing",deployment=${JSON.stringify(deployment.id)}`;
  const found = await prometheus.query(
    `last_over_time(ALERTS{${labels}}[${Math.ceil(until - end)}s])`,
    until,
  );
  return found.length > 0;
}
