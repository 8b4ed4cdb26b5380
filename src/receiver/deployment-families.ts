import { missingQuantities } from '../deployments/baseline.js';
import { askedQuantities } from '../deployments/calibration-inputs.js';
import type { Deployment, DeploymentKind } from '../deployments/deployment.js';
import { receiverMetric as name, type CalibrationInput, type GoLiveInput } from '../names.js';
import { watchedCalibration } from '../rollback/observation.js';
import type { LedgerState } from '../rollback/state.js';
import { gauge, type Family, type Series } from './family.js';

/** Ended deployments whose series stay. */
const shown = 20;

/** What is judged here of the kinds whose inputs are configured. */
export interface JudgedInputs {
  readonly calibration: readonly CalibrationInput[];
  readonly goLive: readonly GoLiveInput[];
}

/**
 * The declared deployments: all open ones, and the newest.
 * @param now Unix seconds
 */
export function deploymentFamilies(state: LedgerState, inputs: JudgedInputs, now: number): Family[] {
  const all = [...state.deployments.values()];
  const newest = new Set(all.slice(-shown));
  const deployments = all.filter((deployment) => deployment.outcome === null || newest.has(deployment));
  return [
    ...courseFamilies(deployments),
    expectedInputs(state, inputs, now),
    ...baselineFamilies(deployments, inputs.calibration),
    startValues(deployments),
    gauge(
      name.restart,
      'Newest restart that Redline made, Unix seconds.',
      state.engineRestart === null ? [] : [{ labels: { role: 'engine' }, value: state.engineRestart }],
    ),
  ];
}

/** When each began and ends, and how it stands. */
function courseFamilies(deployments: readonly Deployment[]): Family[] {
  const each = (value: (deployment: Deployment) => number | null): Series[] =>
    deployments.flatMap((deployment) => {
      const found = value(deployment);
      const { kind, id, model } = deployment;
      return found === null ? [] : [{ labels: { kind, deployment: id, model }, value: found }];
    });
  return [
    gauge(
      name.deploymentOpen,
      '1 while under observation, 0 once ended.',
      each(({ outcome }) => (outcome === null ? 1 : 0)),
    ),
    gauge(
      name.deploymentCompleted,
      '1 when the observation ended by time, else 0.',
      each(({ outcome }) => (outcome === 'completed' ? 1 : 0)),
    ),
    gauge(
      name.deploymentStart,
      'When it began, Unix seconds: when it was declared, or earlier where it was under way already.',
      each((deployment) => deployment.started_at),
    ),
    gauge(
      name.deploymentEnd,
      'Planned end of the observation, once ended the actual one, Unix seconds; absent without a limit.',
      each((deployment) => deployment.ends_at),
    ),
    gauge(
      name.deploymentActivated,
      'When the engine ran with the change, Unix seconds; absent until then.',
      each((deployment) => deployment.activated_at),
    ),
    gauge(
      name.deploymentSettle,
      'First seconds of the deployment in which restarts are not judged.',
      each((deployment) => deployment.settle_seconds),
    ),
  ];
}

/** Those of a calibration also after its rollback: the rules cannot remember what they never observed. */
function expectedInputs(state: LedgerState, { calibration, goLive }: JudgedInputs, now: number): Family {
  const expected: Readonly<Partial<Record<DeploymentKind, readonly string[]>>> = {
    canary: ['trade_intent'],
    calibration,
    'go-live': goLive,
  };
  const open = [...state.deployments.values()].filter(({ outcome }) => outcome === null);
  const watched = watchedCalibration(state, now);
  const isRolledBack = watched !== null && open.every(({ id }) => id !== watched.deployment);
  const judged: readonly Pick<Deployment, 'id' | 'kind'>[] = isRolledBack
    ? [...open, { id: watched.deployment, kind: 'calibration' }]
    : open;
  return gauge(
    name.deploymentExpectedInput,
    '1 for each input that must be fresh while the deployment is under observation; of a calibration also for 1 h after the end of its rollback.',
    judged.flatMap(({ id, kind }) =>
      (expected[kind] ?? []).map((input) => ({ labels: { deployment: id, kind, input }, value: 1 })),
    ),
  );
}

/** What each calibration is compared with. */
function baselineFamilies(deployments: readonly Deployment[], inputs: readonly CalibrationInput[]): Family[] {
  const calibrations = deployments.filter(({ kind }) => kind === 'calibration');
  const quantities = askedQuantities(inputs);
  return [
    gauge(
      name.deploymentBaseline,
      'What was measured before the calibration, its floor applied; shares 0-1, counts as they are.',
      calibrations.flatMap(({ id, baseline }) =>
        (baseline?.values ?? []).map(({ quantity, action, value }) => ({
          labels: { deployment: id, quantity, action },
          value,
        })),
      ),
    ),
    gauge(
      name.deploymentBaselineCaptured,
      '1 for each quantity that the baseline of the calibration must hold and does, 0 where it does not.',
      calibrations.flatMap(({ id, baseline }) =>
        quantities.map((quantity) => ({
          labels: { deployment: id, quantity },
          value: missingQuantities(baseline ?? { values: [] }, [quantity]).length === 0 ? 1 : 0,
        })),
      ),
    ),
  ];
}

/** What the counters of the backend stood at when each go-live began. */
function startValues(deployments: readonly Deployment[]): Family {
  return gauge(
    name.deploymentStartValue,
    'What a counter of the backend stood at when the go-live began; its growth since then is judged.',
    deployments.flatMap(({ id, start_values: values }) =>
      values.map(({ counter, value }) => ({ labels: { deployment: id, counter }, value })),
    ),
  );
}
