import type { CompletionResult, Deployment } from '../../deployments/deployment.js';
import { ExitCode, UserError } from '../../platform/errors.js';
import { formatTime, formatValue } from '../../reports/numbers.js';

/** The canary that may be promoted, and the cutover of its gate. */
export interface Promotable {
  readonly model: string;
  /** Unix seconds: its events, with it in force, are what the gate judges */
  readonly cutover: number;
}

/** Why a canary whose observation ended by time is not promoted all the same, and what to do. */
const notPassed: Readonly<Record<Exclude<CompletionResult, 'no_violations'>, string>> = {
  violations:
    'a violation was seen in it. Mend the model, roll back what still runs (redline canary rollback --reason "..."), and activate a canary anew.',
  insufficient_telemetry:
    'it had too little telemetry to be judged. Find out why (redline check), and activate the canary anew: it must be observed once more.',
  unknown:
    'Prometheus did not say in time how it went. See that Prometheus answers (redline check), and activate the canary anew: it must be observed once more.',
};

/**
 * Decides what a promotion starts from: the newest canary, which must have gone through its observation without a
 * violation. That it ended by time alone says nothing about what was seen meanwhile.
 * @param deployments newest first
 * @param share 0 < share <= 1
 * @throws UserError (refused) saying why there is nothing to promote
 */
export function findPromotable(deployments: readonly Deployment[], share: number): Promotable {
  const newest = deployments.find(({ kind }) => kind === 'canary');
  if (newest === undefined)
    throw refused('There is no canary to promote: activate one first (redline canary activate).');
  const { model, outcome, ends_at, weight, activated_at, completion } = newest;
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
  if (completion === null) {
    throw refused(
      `The observation of the canary of ${model} is over, and the receiver is still judging it; try again in a minute.`,
    );
  }
  if (completion !== 'no_violations')
    throw refused(`The observation of the canary of ${model} is no pass: ${notPassed[completion]}`);
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
