import type { Rollback } from '../../deployments/rollback.js';
import { formatTime } from '../numbers.js';
import type { FiredAlert } from '../playbook/fired-alerts.js';
import { kindFacts } from './kinds.js';
import { statusText, type Subject } from './subject.js';
import { episodeText } from './verdict.js';

/** What is recommended; `PENDING`: the observation is not over and nothing speaks against it. */
export type Recommendation = 'PROCEED' | 'DO NOT PROCEED' | 'ROLLED BACK' | 'INCONCLUSIVE' | 'PENDING';

/** How an observation ended, or stands. */
export interface Conclusion {
  readonly status: string;
  readonly recommendation: Recommendation;
  /** one sentence each; at least one */
  readonly reasons: readonly string[];
}

/** What a conclusion rests on. */
export interface Findings {
  readonly subject: Subject;
  /** alerts of the runbook that fired during the observation */
  readonly episodes: readonly FiredAlert[];
  /** rollbacks of the deployment, newest first */
  readonly rollbacks: readonly Rollback[];
  /** the alert that says that the observation was whole and without violation was seen to fire */
  readonly isCalledPassed: boolean;
}

/** Violations that are named. */
const named = 5;

/** What follows from an observation: by its end on record, by the alert of a pass, and by those of violations; by no number. */
export function conclude(findings: Findings): Conclusion {
  const { subject } = findings;
  const status = statusText(subject);
  return { status, ...(subject.isUnderWay ? whileUnderWay(findings) : atItsEnd(findings)) };
}

type Advice = Omit<Conclusion, 'status'>;

function whileUnderWay(findings: Findings): Advice {
  const violations = violationsOf(findings);
  if (violations.length > 0)
    return { recommendation: 'DO NOT PROCEED', reasons: violationReasons(violations) };
  return {
    recommendation: 'PENDING',
    reasons: [`No violation so far; the observation ends ${formatTime(findings.subject.closes)}.`],
  };
}

function atItsEnd(findings: Findings): Advice {
  const { outcome } = findings.subject.deployment;
  if (outcome === 'rolled_back') return afterRollback(findings);
  if (outcome === 'completed') return completed(findings);
  return {
    recommendation: 'INCONCLUSIVE',
    reasons: [
      `A person ended the observation before it could be judged as a whole (${outcome ?? 'no outcome'}).`,
      ...violationReasons(violationsOf(findings)),
    ],
  };
}

function afterRollback(findings: Findings): Advice {
  const [newest] = findings.rollbacks;
  const why = violationReasons(violationsOf(findings));
  if (newest?.result === 'succeeded')
    return {
      recommendation: 'ROLLED BACK',
      reasons: [
        `Rolled back and verified ${formatTime(newest.ended_at ?? undefined)}: ${causeText(newest)}`,
        ...why,
      ],
    };
  const state =
    newest === undefined
      ? 'Its rollback is not known any more: look at the ledger (redline audit).'
      : newest.result === 'failed'
        ? `THE ROLLBACK FAILED: ${causeText(newest)} The change may still be in force.`
        : `The rollback is not over: ${causeText(newest)}`;
  return { recommendation: 'DO NOT PROCEED', reasons: [state, ...why] };
}

function causeText({ trigger, id }: Rollback): string {
  return `${trigger.alertname ?? 'by hand'}: ${trigger.reason} (${id}).`;
}

/** Ended by time: the receiver put on record what Prometheus said of the whole. */
function completed(findings: Findings): Advice {
  const { subject, isCalledPassed } = findings;
  const { passed } = kindFacts[subject.kind];
  const violations = violationReasons(violationsOf(findings));
  switch (subject.deployment.completion) {
    case 'no_violations':
      return { recommendation: 'PROCEED', reasons: [passText(subject)] };
    case 'violations':
      return {
        recommendation: 'DO NOT PROCEED',
        reasons: [
          ...(violations.length > 0 ? violations : ['A violation is on record.']),
          'Its end is on record as violated.',
        ],
      };
    case 'insufficient_telemetry':
      return {
        recommendation: 'INCONCLUSIVE',
        reasons: ['Inputs were there for less of the observation than a pass asks for.', ...violations],
      };
    case 'unknown':
      return {
        recommendation: 'INCONCLUSIVE',
        reasons: ['Prometheus could not say how the observation went.', ...violations],
      };
    case null:
      if (isCalledPassed) return { recommendation: 'PROCEED', reasons: [passText(subject)] };
      return {
        recommendation: 'INCONCLUSIVE',
        reasons: [
          `${passed} has not fired, and how the observation went is not on record yet.`,
          ...violations,
        ],
      };
  }
}

function passText({ kind, start, closes }: Subject): string {
  return `${kindFacts[kind].passed}: observed from ${formatTime(start)} to ${formatTime(closes)}, whole and without violation.`;
}

/** What rules a pass out whenever it fires; lesser alerts are for the rule of the pass to weigh. */
function violationsOf({ subject: { kind }, episodes }: Findings): FiredAlert[] {
  return episodes.filter(kindFacts[kind].isViolation).sort((a, b) => a.start - b.start);
}

function violationReasons(violations: readonly FiredAlert[]): string[] {
  const texts = violations
    .slice(0, named)
    .map((episode) => `${episode.alertname} fired ${episodeText(episode)}.`);
  const more = violations.length - named;
  return [...texts, ...(more > 0 ? [`${more} more violations.`] : [])];
}
