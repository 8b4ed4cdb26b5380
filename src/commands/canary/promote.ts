import type { Deployment } from '../../deployments/deployment.js';
import { ExitCode, UserError } from '../../platform/errors.js';
import { formatTime, formatValue } from '../../reports/numbers.js';

/** The canary that may be promoted, and the cutover of its gate. */
export interface Promotable {
  readonly model: string;
  /** Unix seconds: its events, with it in force, are what the gate judges */
  readonly cutover: number;
}

/**
 * Decides what a promotion starts from: the newest canary, which must have gone through its observation.
 * @param deployments newest first
 * @param share 0 < share <= 1
 * @throws UserError (refused) saying why there is nothing to promote
 */
export function findPromotable(deployments: readonly Deployment[], share: number): Promotable {
  const newest = deployments.find(({ kind }) => kind === 'canary');
  if (newest === undefined)
    throw refused('There is no canary to promote: activate one first (redline canary activate).');
  const { model, outcome, ends_at, weight, activated_at } = newest;
  switch (outcome) {
    case null:
      throw refused(
        `The canary of ${model} is still under observation, until ${formatTime(ends_at ?? undefined)}. Promote it when that is over.`,
      );
    case 'rolled_back':
      throw refused(
        `The newest canary, of ${model}, was rolled back. Mend the model and activate a canary anew.`,
      );
    case 'accepted':
    case 'abandoned':
      throw refused(
        `The observation of the newest canary, of ${model}, was ended by hand (${outcome}); only one that went through all of it is promoted.`,
      );
    case 'completed':
  }
  if (activated_at === null || weight === null)
    throw refused(`The canary of ${model} was declared and never activated: there is nothing to promote.`);
  if (share <= weight) {
    throw refused(
      `--weight must be above the ${formatValue(weight, 'share')} that ${model} has now, and at most 100%.`,
    );
  }
  return { model, cutover: activated_at };
}

function refused(message: string): UserError {
  return new UserError(message, ExitCode.refused);
}
