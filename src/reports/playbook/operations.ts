import type { Sample } from '../../alerts/prometheus.js';
import { receiverMetric } from '../../names.js';
import { valueOf, type Enquiry } from './enquiry.js';
import { rangeText, type Period } from './period.js';

/** A rollback of the period. Times are Unix seconds. */
export interface ReportedRollback {
  readonly plan: string;
  readonly deployment: string;
  readonly started: number;
  readonly ended: number | undefined;
  readonly result: 'succeeded' | 'failed' | 'not ended';
}

/** A deployment that was under observation in the period. */
export interface ReportedDeployment {
  readonly kind: string;
  readonly deployment: string;
  readonly model: string;
  readonly started: number;
  /** when it ended, or is to end; undefined: without a limit */
  readonly ends: number | undefined;
  readonly isOpen: boolean | undefined;
}

/** What the receiver said in the period; `isKnown` false: nothing, so that no rollback is not "none". */
export interface Operations {
  readonly isKnown: boolean;
  readonly rollbacks: readonly ReportedRollback[];
  readonly deployments: readonly ReportedDeployment[];
}

/** The newest values that the receiver's series had in the period. */
export interface OperationAnswers {
  readonly heard: number | undefined;
  readonly rollbackStarted: readonly Sample[];
  readonly rollbackEnded: readonly Sample[];
  readonly rollbackSucceeded: readonly Sample[];
  readonly rollbackFailed: readonly Sample[];
  readonly deploymentStart: readonly Sample[];
  readonly deploymentEnd: readonly Sample[];
  readonly deploymentOpen: readonly Sample[];
}

/** Rollbacks and deployments, from what the receiver exports. */
export async function readOperations(enquiry: Enquiry, period: Period): Promise<Operations> {
  const range = rangeText(period);
  // Their series end when newer ones have taken their place: the last value of each counts.
  const last = (metric: string, by: string): Promise<readonly Sample[]> =>
    enquiry.samples(`max by (${by}) (last_over_time(${metric}[${range}]))`);
  const rollback = 'plan, deployment';
  const deployment = 'kind, deployment, model';
  const [
    heard,
    rollbackStarted,
    rollbackEnded,
    rollbackSucceeded,
    rollbackFailed,
    deploymentStart,
    deploymentEnd,
    deploymentOpen,
  ] = await Promise.all([
    enquiry.number(`count(last_over_time(${receiverMetric.mode}[${range}]))`),
    last(receiverMetric.rollbackStarted, rollback),
    last(receiverMetric.rollbackEnded, rollback),
    last(receiverMetric.rollbackLastSuccess, rollback),
    last(receiverMetric.rollbackLastFailure, rollback),
    last(receiverMetric.deploymentStart, deployment),
    last(receiverMetric.deploymentEnd, deployment),
    last(receiverMetric.deploymentOpen, deployment),
  ]);
  return operationsFrom(period, {
    heard,
    rollbackStarted,
    rollbackEnded,
    rollbackSucceeded,
    rollbackFailed,
    deploymentStart,
    deploymentEnd,
    deploymentOpen,
  });
}

/** The same, from the answers: what lies in the period, the newest first. */
export function operationsFrom({ start, end }: Period, answers: OperationAnswers): Operations {
  const rollbacks = answers.rollbackStarted
    .filter(({ value }) => value >= start && value <= end)
    .map(({ labels, value: started }): ReportedRollback => {
      const { plan = '', deployment = '' } = labels;
      const of = (samples: readonly Sample[]): number | undefined => valueOf(samples, { plan, deployment });
      const last = of(answers.rollbackEnded);
      // It runs again, for the same deployment.
      const ended = last !== undefined && last < started ? undefined : last;
      return {
        plan,
        deployment,
        started,
        ended,
        result: resultOf(ended, of(answers.rollbackSucceeded), of(answers.rollbackFailed)),
      };
    });
  const deployments = answers.deploymentStart
    .map(({ labels, value: started }): ReportedDeployment => {
      const { kind = '', deployment = '', model = '' } = labels;
      const open = valueOf(answers.deploymentOpen, { deployment });
      const isOpen = open === undefined ? undefined : open === 1;
      return {
        kind,
        deployment,
        model,
        started,
        ends: valueOf(answers.deploymentEnd, { deployment }),
        isOpen,
      };
    })
    .filter(({ started, ends, isOpen }) => started <= end && (isOpen === true || (ends ?? end) >= start));
  return {
    isKnown: answers.heard !== undefined,
    rollbacks: rollbacks.sort(newestFirst),
    deployments: deployments.sort(newestFirst),
  };
}

function newestFirst(a: { readonly started: number }, b: { readonly started: number }): number {
  return b.started - a.started;
}

/** A plan may fail and be run again for the same deployment: its newest end tells. */
function resultOf(
  ended: number | undefined,
  succeeded: number | undefined,
  failed: number | undefined,
): ReportedRollback['result'] {
  if (ended !== undefined && succeeded === ended) return 'succeeded';
  if (ended !== undefined && failed === ended) return 'failed';
  return 'not ended';
}
