import type { Deployment } from '../../deployments/deployment.js';
import type { KillSwitch } from '../../deployments/kill-switch.js';
import { kindOfPlan } from '../../deployments/plan-kinds.js';
import type { ReceiverMode, Rollback } from '../../deployments/rollback.js';

/** Whether a violation of a deployment would be rolled back by itself now, and if not, why not. */
export type GuardState =
  'armed' | 'rolling back' | 'latched' | 'shadow' | 'switched off' | 'standby' | 'over' | 'without a plan';

export interface Guard {
  readonly deployment: string;
  readonly state: GuardState;
  /** the same in a sentence */
  readonly text: string;
}

/** What decides on it. */
export interface GuardFacts {
  readonly mode: ReceiverMode;
  readonly killSwitch: KillSwitch;
  /** why this receiver may not act now; undefined where it may */
  readonly refusal: string | undefined;
  /** names of the configured plans */
  readonly plans: readonly string[];
  /** of any deployment */
  readonly rollbacks: readonly Rollback[];
}

const texts: Readonly<Record<GuardState, string>> = {
  armed: 'A violation is rolled back by itself.',
  'rolling back': 'The rollback is running.',
  latched:
    'Its rollback is on record: a further violation is added to that record and starts nothing until a new deployment is declared.',
  shadow: 'A violation is decided and recorded. NOTHING is rolled back.',
  'switched off': 'The kill switch is on: NOTHING is rolled back by itself.',
  standby: 'This receiver starts nothing: another one is in charge, or nobody knows which.',
  over: 'It is no longer under observation.',
  'without a plan': 'No rollback plan is configured for it: NOTHING is rolled back by itself.',
};

/** How a deployment is guarded now. */
export function guardOf(deployment: Pick<Deployment, 'id' | 'kind' | 'outcome'>, facts: GuardFacts): Guard {
  const state = stateOf(deployment, facts);
  return { deployment: deployment.id, state, text: texts[state] };
}

function stateOf(
  { id, kind, outcome }: Pick<Deployment, 'id' | 'kind' | 'outcome'>,
  { mode, killSwitch, refusal, plans, rollbacks }: GuardFacts,
): GuardState {
  // What was only decided in shadow mode latches nothing.
  const own = rollbacks.filter((rollback) => rollback.deployment === id && rollback.mode === 'auto');
  if (own.some(({ result }) => result === null)) return 'rolling back';
  if (own.length > 0) return 'latched';
  if (outcome !== null) return 'over';
  if (killSwitch.on) return 'switched off';
  if (refusal !== undefined) return 'standby';
  if (mode === 'shadow') return 'shadow';
  return plans.some((plan) => (kindOfPlan(plan) ?? kind) === kind) ? 'armed' : 'without a plan';
}
