import type { DeploymentKind } from './deployment.js';

const kinds: Readonly<Record<string, DeploymentKind>> = {
  calibration: 'calibration',
  qsc: 'canary',
  'go-live': 'go-live',
  production: 'production',
};

/** The kind of deployment that a plan undoes; undefined for a plan of one's own, which may undo any. */
export function kindOfPlan(plan: string): DeploymentKind | undefined {
  return Object.hasOwn(kinds, plan) ? kinds[plan] : undefined;
}
