import type { Deployment, DeploymentKind } from '../../deployments/deployment.js';

/** Kinds of deployment whose observation has an end, so that it can be reported. */
export const observedKinds = [
  'calibration',
  'canary',
  'go-live',
] as const satisfies readonly DeploymentKind[];
export type ObservedKind = (typeof observedKinds)[number];

/** A deployment as its report sees it. Times are Unix seconds. */
export interface Subject {
  readonly deployment: Deployment;
  readonly kind: ObservedKind;
  readonly start: number;
  /** up to when something can be known: its end, while it is under way now */
  readonly end: number;
  /** its planned end while it is under way, else the actual one */
  readonly closes: number;
  readonly isUnderWay: boolean;
  readonly now: number;
}

/**
 * The deployment as it stands.
 * @param now Unix seconds
 * @returns undefined for a kind whose observation has no end
 */
export function subjectOf(deployment: Deployment, now: number): Subject | undefined {
  const kind = observedKinds.find((name) => name === deployment.kind);
  if (kind === undefined) return undefined;
  const closes = deployment.ends_at ?? now;
  const isUnderWay = deployment.outcome === null;
  return {
    deployment,
    kind,
    start: deployment.started_at,
    end: Math.max(deployment.started_at, Math.min(closes, now)),
    closes,
    isUnderWay,
    now,
  };
}

/** The newest of the deployments that can be reported; undefined: there is none. */
export function newestSubject(deployments: readonly Deployment[], now: number): Subject | undefined {
  return deployments
    .flatMap((deployment) => subjectOf(deployment, now) ?? [])
    .sort((a, b) => b.start - a.start)[0];
}

/** How the observation stands, in words. */
export function statusText({ deployment, isUnderWay, closes, now }: Subject): string {
  if (isUnderWay) return now < closes ? 'in progress' : 'over by time, its end is not on record yet';
  return {
    completed: 'completed',
    rolled_back: 'rolled back',
    accepted: 'ended by a person: accepted',
    abandoned: 'ended by a person: abandoned',
  }[deployment.outcome ?? 'completed'];
}
